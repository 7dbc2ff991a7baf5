package io.governance.consul;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.function.LongUnaryOperator;

import com.ecwid.consul.v1.ConsulClient;
import com.ecwid.consul.v1.QueryParams;
import com.ecwid.consul.v1.health.HealthServicesRequest;
import io.governance.backend.Backend;
import io.governance.config.DocumentId;
import io.governance.registry.Instance;
import io.governance.testservers.ConsulServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How much later than a bare blocking query of the client library our listeners are told.
 * Both wait for the same change; medians are compared.
 */
@Timeout(90)
class ConsulLatencyTests {

	private static final int ROUNDS = 60;

	private static final int WARM_UP = 20;

	private final ConsulServer server = ConsulServer.shared();

	private final String name = "latency" + System.nanoTime();

	private final Backend backend = new ConsulFixture().open(this.server.address(), this.name);

	private final Backend writer = new ConsulFixture().open(this.server.address(), this.name);

	private final BlockingQueue<Long> bare = new LinkedBlockingQueue<>();

	private final BlockingQueue<Long> ours = new LinkedBlockingQueue<>();

	private volatile boolean ended;

	@AfterEach
	void close() {
		this.ended = true;
		this.backend.close();
		this.writer.close();
	}

	private ConsulClient client() {
		URI uri = URI.create(this.server.address());
		return new ConsulClient(uri.getHost(), uri.getPort());
	}

	private void compare(String what, double bound, LongUnaryOperator query, IntConsumer change)
			throws InterruptedException {
		Thread waiter = new Thread(() -> {
			long index = 0;
			while (!this.ended) {
				long next = query.applyAsLong(index);
				if (next != index) {
					this.bare.add(System.nanoTime());
				}
				index = next;
			}
		});
		waiter.setDaemon(true);
		waiter.start();
		take(this.bare);
		take(this.ours);
		// A busy machine disturbs one of both at a time: up to three measurements.
		double ratio = measure(what, change);
		for (int i = 1; i < 3 && ratio > bound; i++) {
			ratio = Math.min(ratio, measure(what, change));
		}
		assertThat(ratio).isLessThanOrEqualTo(bound);
	}

	private double measure(String what, IntConsumer change) throws InterruptedException {
		List<Long> theirMicros = new ArrayList<>();
		List<Long> ourMicros = new ArrayList<>();
		for (int i = 0; i < ROUNDS + WARM_UP; i++) {
			long begun = System.nanoTime();
			change.accept(i);
			long bare = take(this.bare) - begun;
			long ours = take(this.ours) - begun;
			if (i >= WARM_UP) {
				theirMicros.add(TimeUnit.NANOSECONDS.toMicros(bare));
				ourMicros.add(TimeUnit.NANOSECONDS.toMicros(ours));
			}
		}
		double ratio = (double) median(ourMicros) / median(theirMicros);
		System.out.printf(Locale.ROOT, "%s: our listener %.2f ms, bare blocking query %.2f ms, ratio %.2f%n", what,
				median(ourMicros) / 1e3, median(theirMicros) / 1e3, ratio);
		return ratio;
	}

	private static long take(BlockingQueue<Long> times) throws InterruptedException {
		Long time = times.poll(10, TimeUnit.SECONDS);
		assertThat(time).as("told in time").isNotNull();
		return time;
	}

	private static long median(List<Long> micros) {
		List<Long> sorted = new ArrayList<>(micros);
		Collections.sort(sorted);
		return sorted.get(sorted.size() / 2);
	}

	@Test
	@DisplayName("Publish of a document that is watched alone")
	void document() throws InterruptedException {
		DocumentId id = new DocumentId(this.name, "shop", "orders.yaml");
		this.backend.config().watch(Set.of(id), (documents) -> this.ours.add(System.nanoTime()));
		ConsulClient client = client();
		compare("publish", 1.5,
				(index) -> client
					.getKVValue("governance/config/" + this.name + "/shop/orders.yaml", new QueryParams(20, index))
					.getConsulIndex(),
				(round) -> publish(id, round));
	}

	private void publish(DocumentId id, int round) {
		new Http(this.server.address()).put("/v1/kv/governance/config/" + this.name + "/shop/" + id.name(),
				"round: " + round);
	}

	@Test
	@DisplayName("Publish of one of eight documents that are watched together")
	void documentOfASet() throws InterruptedException {
		List<DocumentId> ids = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			ids.add(new DocumentId(this.name, "shop", "document" + i + ".yaml"));
			publish(ids.get(i), -1);
		}
		this.backend.config().watch(Set.copyOf(ids), (documents) -> this.ours.add(System.nanoTime()));
		ConsulClient client = client();
		compare("publish of one of 8", 1.5,
				(index) -> client
					.getKVValue("governance/config/" + this.name + "/shop/document0.yaml", new QueryParams(20, index))
					.getConsulIndex(),
				(round) -> publish(ids.get(0), round));
	}

	@Test
	@DisplayName("An instance comes and goes")
	void instances() throws InterruptedException {
		Instance instance = Instance.of(this.name, "127.0.0.1", 8080).build();
		this.backend.discovery().watch(this.name, (instances) -> this.ours.add(System.nanoTime()));
		ConsulClient client = client();
		compare("register and deregister", 1.5,
				(index) -> client
					.getHealthServices(this.name,
							HealthServicesRequest.newBuilder().setQueryParams(new QueryParams(20, index)).build())
					.getConsulIndex(),
				(round) -> {
					if (round % 2 == 0) {
						this.writer.registry().put(this.name, List.of(instance));
					}
					else {
						this.writer.registry().remove(this.name, instance.id());
					}
				});
	}

}
