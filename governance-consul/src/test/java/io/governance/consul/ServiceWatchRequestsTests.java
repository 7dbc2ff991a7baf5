package io.governance.consul;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpExchange;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What the watches of services beyond the bound ask, and what of. */
@Timeout(60)
class ServiceWatchRequestsTests {

	private static final int SERVICES = 60;

	private static final int NODES = 2;

	private final Map<Integer, Integer> modified = new ConcurrentHashMap<>();

	private final FakeConsul consul = new FakeConsul(this::answer);

	private final ConsulSettings settings = new ConsulSettings(List.of(this.consul.address()), null, null, null, null,
			null, null, Duration.ofSeconds(2), Duration.ofSeconds(2), 1, null, null);

	private final Backend backend = ConsulFixture.backend("dev", this.settings);

	private volatile boolean checksFail;

	private int index = 5;

	@AfterEach
	void close() {
		this.backend.close();
		this.consul.close();
	}

	/** A cluster where each service has one instance, on one of a few nodes. */
	private void answer(FakeConsul.Asked asked, HttpExchange exchange) throws IOException, InterruptedException {
		String path = asked.path();
		if (path.equals("/v1/health/state/any") && this.checksFail) {
			FakeConsul.send(exchange, 500, "rpc error");
			return;
		}
		int index = index(asked);
		if (path.equals("/v1/catalog/services")) {
			FakeConsul.send(exchange, 200,
					IntStream.range(0, SERVICES)
						.mapToObj((number) -> "\"service-" + number + "\":[]")
						.collect(Collectors.joining(",", "{", "}")),
					index);
		}
		else if (path.equals("/v1/catalog/nodes")) {
			FakeConsul.send(exchange, 200,
					IntStream.range(0, NODES)
						.mapToObj((number) -> "{\"Node\":\"n" + number + "\"}")
						.collect(Collectors.joining(",", "[", "]")),
					index);
		}
		else if (path.startsWith("/v1/catalog/node/n")) {
			int node = Integer.parseInt(path.substring(path.length() - 1));
			FakeConsul.send(exchange, 200,
					IntStream.range(0, SERVICES)
						.filter((number) -> number % NODES == node)
						.mapToObj((number) -> "\"s" + number + "\":{\"Service\":\"service-" + number
								+ "\",\"ModifyIndex\":" + this.modified.getOrDefault(number, 0) + "}")
						.collect(Collectors.joining(",", "{\"Node\":{\"ModifyIndex\":1},\"Services\":{", "}}")),
					index);
		}
		else if (path.startsWith("/v1/health/service/service-")) {
			int number = Integer.parseInt(path.substring(path.lastIndexOf('-') + 1));
			FakeConsul.send(exchange, 200,
					"[{\"Node\":{\"Node\":\"n" + number % NODES + "\",\"Address\":\"10.0.0.9\"},\"Service\":{\"ID\":\"s"
							+ number + "\",\"Meta\":{\"governance-namespace\":\"dev\"},\"Port\":"
							+ (80 + this.modified.getOrDefault(number, 0)) + "}}]",
					index);
		}
		else {
			FakeConsul.send(exchange, 200, "[]", index);
		}
	}

	/** Waits until something has changed, if that is what was asked for. */
	private synchronized int index(FakeConsul.Asked asked) throws InterruptedException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
		long left = deadline - System.nanoTime();
		while (asked.query().contains("index=" + this.index) && left > 0) {
			TimeUnit.NANOSECONDS.timedWait(this, left);
			left = deadline - System.nanoTime();
		}
		return this.index;
	}

	private synchronized int index() {
		return this.index;
	}

	private synchronized void change(int service) {
		this.modified.merge(service, 1, Integer::sum);
		this.index++;
		notifyAll();
	}

	private long reads() {
		return this.consul.asked()
			.stream()
			.filter((asked) -> asked.path().startsWith("/v1/health/service/service-"))
			.count();
	}

	private Map<Integer, Integer> watchAll(Map<Integer, List<ConnectionState>> states) {
		Map<Integer, Integer> ports = new ConcurrentHashMap<>();
		watchOwn();
		watch(0, SERVICES, ports, states);
		return ports;
	}

	/** The one watch that there may be. */
	private void watchOwn() {
		this.backend.discovery().watch("own", (instances) -> {
		});
	}

	private void watch(int first, int end, Map<Integer, Integer> ports, Map<Integer, List<ConnectionState>> states) {
		for (int i = first; i < end; i++) {
			int number = i;
			states.put(number, new CopyOnWriteArrayList<>());
			this.backend.discovery().watch("service-" + number, new InstancesListener() {

				@Override
				public void onInstances(List<Instance> instances) {
					instances.forEach((instance) -> ports.put(number, instance.port()));
				}

				@Override
				public void onConnection(ConnectionState state) {
					states.get(number).add(state);
				}

			});
		}
	}

	/** Waits until both standing queries wait, and nothing is read any more. */
	private void awaitQuiet() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> Stream.of("/v1/catalog/services", "/v1/health/state/any")
				.allMatch((path) -> this.consul.asked()
					.stream()
					.anyMatch((asked) -> asked.path().equals(path) && asked.query().contains("index=" + index()))));
		long[] before = { -1 };
		Awaitility.await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(1500)).until(() -> {
			long now = reads();
			boolean quiet = now == before[0];
			before[0] = now;
			return quiet && now > 0;
		});
	}

	@Test
	@DisplayName("A registration that changes is read alone, not with every service beyond the bound")
	void oneChangeIsReadAlone() {
		Map<Integer, Integer> ports = watchAll(new ConcurrentHashMap<>());
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> ports.size() == SERVICES);
		awaitQuiet();
		for (int service : new int[] { SERVICES - 1, 0, SERVICES / 2 }) {
			assertIsReadAlone(service, ports);
		}
	}

	@Test
	@DisplayName("What is watched after the first look is looked at as well, and not all read with the next change")
	void oneChangeIsReadAloneAlsoIfWatchesCameLater() {
		Map<Integer, Integer> ports = new ConcurrentHashMap<>();
		Map<Integer, List<ConnectionState>> states = new ConcurrentHashMap<>();
		watchOwn();
		watch(0, 1, ports, states);
		awaitQuiet();
		assertThat(this.consul.asked()).as("too few services to ask nodes")
			.noneMatch((asked) -> asked.path().startsWith("/v1/catalog/node/"));
		long before = reads();
		watch(1, SERVICES, ports, states);
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> ports.size() == SERVICES);
		awaitQuiet();
		assertThat(reads() - before).as("each twice at most").isLessThanOrEqualTo(2 * SERVICES);
		assertIsReadAlone(SERVICES / 2, ports);
	}

	private void assertIsReadAlone(int service, Map<Integer, Integer> ports) {
		long before = reads();
		change(service);
		Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> ports.get(service) > 80);
		awaitQuiet();
		assertThat(reads() - before).isBetween(1L, 2L);
	}

	@Test
	@DisplayName("F2 Watches that share a query which fails are told so once, whatever another one still tells")
	void failureOfOneSharedQueryIsToldOnce() {
		Map<Integer, List<ConnectionState>> states = new ConcurrentHashMap<>();
		Map<Integer, Integer> ports = watchAll(states);
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> ports.size() == SERVICES);
		awaitQuiet();
		this.checksFail = true;
		change(0);
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.until(() -> states.values().stream().allMatch((all) -> all.contains(ConnectionState.DISCONNECTED)));
		for (int i = 1; i <= 3; i++) {
			int service = i;
			long asked = registrationsAsked();
			change(service);
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> registrationsAsked() > asked);
		}
		assertThat(states.values()).allSatisfy((all) -> assertThat(all).last().isEqualTo(ConnectionState.DISCONNECTED))
			.allSatisfy((all) -> assertThat(all).filteredOn(ConnectionState.DISCONNECTED::equals).hasSize(1));
		this.checksFail = false;
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> states.values()
				.stream()
				.allMatch((all) -> all.get(all.size() - 1) == ConnectionState.CONNECTED) && ports.get(3) > 80);
		assertThat(states.values())
			.allSatisfy((all) -> assertThat(all).filteredOn(ConnectionState.DISCONNECTED::equals).hasSize(1));
	}

	private long registrationsAsked() {
		return this.consul.asked().stream().filter((asked) -> asked.path().equals("/v1/catalog/services")).count();
	}

}
