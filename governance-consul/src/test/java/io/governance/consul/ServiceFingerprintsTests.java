package io.governance.consul;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.sun.net.httpserver.HttpExchange;
import io.governance.testkit.ManualClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Which services have changed, as their nodes tell. */
@Timeout(30)
class ServiceFingerprintsTests {

	private static final Set<String> BOTH = Set.of("orders", "stock");

	private final Map<String, Integer> modified = new ConcurrentHashMap<>(Map.of("orders", 1, "stock", 1));

	private final FakeConsul consul = new FakeConsul(this::answer);

	private final ConsulClient client = new ConsulClient("consul",
			ConsulFixture.settings(List.of(this.consul.address()), null, Duration.ofSeconds(10)), null);

	private final ManualClock clock = new ManualClock();

	private final ServiceFingerprints fingerprints = new ServiceFingerprints(this.client, this.clock);

	private volatile int nodes = 2;

	@AfterEach
	void close() {
		this.client.close();
		this.consul.close();
	}

	/** All services run on the first node. */
	private void answer(FakeConsul.Asked asked, HttpExchange exchange) throws IOException {
		switch (asked.path()) {
			case "/v1/catalog/nodes" -> FakeConsul.send(exchange, 200,
					IntStream.range(0, this.nodes)
						.mapToObj((number) -> "{\"Node\":\"n" + number + "\"}")
						.collect(Collectors.joining(",", "[", "]")));
			case "/v1/catalog/node/n0" -> FakeConsul.send(exchange, 200,
					this.modified.entrySet()
						.stream()
						.map((entry) -> "\"id-" + entry.getKey() + "\":{\"Service\":\"" + entry.getKey()
								+ "\",\"ModifyIndex\":" + entry.getValue() + "}")
						.collect(Collectors.joining(",", "{\"Node\":{\"ModifyIndex\":1},\"Services\":{", "}}")));
			default -> FakeConsul.send(exchange, 200, "null");
		}
	}

	private long asked(String path) {
		return this.consul.asked().stream().filter((asked) -> asked.path().startsWith(path)).count();
	}

	@Test
	void whatWasModifiedHasChanged() {
		assertThat(this.fingerprints.changed(BOTH, 10)).isEqualTo(BOTH);
		assertThat(this.fingerprints.changed(BOTH, 10)).isEmpty();
		this.modified.put("stock", 2);
		assertThat(this.fingerprints.changed(BOTH, 10)).containsExactly("stock");
		this.modified.remove("orders");
		assertThat(this.fingerprints.changed(BOTH, 10)).containsExactly("orders");
		assertThat(this.fingerprints.on(Set.of("n0"))).containsExactly("stock");
		assertThat(this.fingerprints.on(Set.of("n1"))).isEmpty();
	}

	@Test
	void thatNothingIsKnownYetIsNoReasonToReadAllFromThenOn() {
		assertThat(this.fingerprints.changed(Set.of(), 10)).isEmpty();
		assertThat(this.fingerprints.changed(BOTH, 10)).isEmpty();
		this.modified.put("orders", 2);
		assertThat(this.fingerprints.changed(BOTH, 10)).containsExactly("orders");
	}

	@Test
	void fewServicesAreReadWithoutAskingNodesForAMinute() {
		assertThat(this.fingerprints.changed(BOTH, 3)).isEqualTo(BOTH);
		assertThat(this.fingerprints.changed(BOTH, 3)).isEqualTo(BOTH);
		assertThat(asked("/v1/catalog/nodes")).isOne();
		assertThat(asked("/v1/catalog/node/")).isZero();
		this.clock.advance(Duration.ofSeconds(61));
		this.nodes = 1;
		assertThat(this.fingerprints.changed(BOTH, 3)).isEqualTo(BOTH);
		assertThat(this.fingerprints.changed(BOTH, 3)).isEmpty();
	}

	@Test
	void nodesAreAskedAsSoonAsThereAreServicesEnough() {
		assertThat(this.fingerprints.changed(BOTH, 3)).isEqualTo(BOTH);
		assertThat(this.fingerprints.changed(BOTH, 4)).isEqualTo(BOTH);
		assertThat(this.fingerprints.changed(BOTH, 4)).isEmpty();
		assertThat(asked("/v1/catalog/node/")).isEqualTo(4);
	}

}
