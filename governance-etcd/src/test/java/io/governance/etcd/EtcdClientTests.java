package io.governance.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.kv.GetResponse;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When jetcd's client is replaced.
 */
@Timeout(60)
class EtcdClientTests {

	private final AtomicLong nanoTime = new AtomicLong();

	private static CompletableFuture<GetResponse> read(EtcdClient client) {
		return client.call((jetcd) -> jetcd.getKVClient().get(ByteSequence.from("some key", UTF_8)));
	}

	/** This one leads to the loopback interface also where there is no IPv6. */
	@Test
	void addressOfIpv6IsOne() {
		int port = URI.create(EtcdServer.shared().address()).getPort();
		EtcdSettings settings = Etcds.settings("http://[::ffff:127.0.0.1]:" + port);
		try (EtcdClient client = new EtcdClient("etcd", settings, null, System::nanoTime)) {
			assertThat(read(client)).succeedsWithin(Duration.ofSeconds(10));
		}
	}

	@Test
	@DisplayName("F3 the first call has time to load what it needs, each other one its deadline")
	void firstCallMayTakeLonger() {
		try (TcpProxy proxy = TcpProxy.to(URI.create(EtcdServer.shared().address()).getPort());
				EtcdClient client = new EtcdClient("etcd",
						Etcds.settings(Duration.ofMillis(500), Etcds.LONG_LEASE, "http://" + proxy.address()), null,
						this.nanoTime::get)) {
			proxy.stall();
			CompletableFuture<GetResponse> first = read(client);
			await().during(Duration.ofSeconds(2)).until(() -> !first.isDone());
			proxy.restore();
			assertThat(first).succeedsWithin(Duration.ofSeconds(10));
			proxy.stall();
			assertThat(read(client).handle((answer, thrown) -> EtcdFailure.of(thrown).kind()))
				.succeedsWithin(Duration.ofSeconds(5))
				.isEqualTo(EtcdFailure.Kind.SILENT);
		}
	}

	@Test
	@DisplayName("F3 a call under way ends in its own way though the client is replaced meanwhile")
	void replacingEndsNoCallUnderWay() {
		try (TcpProxy proxy = TcpProxy.to(URI.create(EtcdServer.shared().address()).getPort());
				EtcdClient client = new EtcdClient("etcd",
						Etcds.settings(Duration.ofSeconds(6), Etcds.LONG_LEASE, "http://" + proxy.address()), null,
						this.nanoTime::get)) {
			assertThat(read(client)).succeedsWithin(Duration.ofSeconds(10));
			proxy.stall();
			Client silent = client.client();
			CompletableFuture<GetResponse> first = read(client);
			await().pollDelay(Duration.ofMillis(500)).until(() -> !first.isDone());
			CompletableFuture<GetResponse> second = read(client);
			this.nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(30));
			await().atMost(Duration.ofSeconds(10)).until(() -> client.client() != silent);
			await().atMost(Duration.ofSeconds(30)).until(second::isDone);
			assertThat(first.handle((answer, thrown) -> EtcdFailure.of(thrown).kind()).join())
				.isEqualTo(EtcdFailure.Kind.SILENT);
			assertThat(second.handle((answer, thrown) -> EtcdFailure.of(thrown).kind()).join())
				.isEqualTo(EtcdFailure.Kind.SILENT);
			proxy.restore();
			assertThat(read(client)).succeedsWithin(Duration.ofSeconds(10));
		}
	}

}
