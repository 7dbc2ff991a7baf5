package io.governance.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;
import io.governance.backend.Backend;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.Registry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What every {@link Discovery} has to do: tell the instances of services, and when they
 * change. What is found is announced through the registry of another backend.
 */
public abstract class DiscoveryContract extends BackendContract {

	private static final int MANY_INSTANCES = 1_000;

	private static final int MANY_SERVICES = 500;

	private final RecordingInstancesListener listener = new RecordingInstancesListener();

	private String service;

	private Discovery discovery;

	private Registry registry;

	@BeforeEach
	final void openDiscovery() {
		this.service = unique("orders");
		this.discovery = backend().discovery();
		assertThat(backend().discovery()).as("the same object each time").isSameAs(this.discovery);
		this.registry = open(namespace()).registry();
	}

	@Test
	@DisplayName("F14 A service is watched from before its first instance to after its last")
	void serviceIsWatchedFromBeforeItsFirstInstanceToAfterItsLast() {
		watch();
		await().until(() -> this.listener.shows());
		assertThat(this.discovery.services()).doesNotContain(this.service);
		put(instance(1));
		await().until(() -> this.listener.shows(instance(1).id()));
		await().until(() -> this.discovery.services().contains(this.service));
		put(instance(1), instance(2));
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
		this.registry.remove(this.service, instance(1).id());
		await().until(() -> this.listener.shows(instance(2).id()));
		this.registry.remove(this.service, instance(2).id());
		await().until(() -> this.listener.shows());
		put(instance(3));
		await().until(() -> this.listener.shows(instance(3).id()));
		assertThat(this.listener.connections()).isEmpty();
	}

	@Test
	@DisplayName("F22 A late subscriber gets the current list at once, whole and in the order of the ids")
	void lateSubscriberGetsTheCurrentList() {
		put(instance(3), instance(1), instance(2));
		watch();
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id(), instance(3).id()));
		RecordingInstancesListener late = new RecordingInstancesListener();
		this.discovery.watch(this.service, late);
		await().until(() -> !late.deliveries().isEmpty());
		assertThat(late.deliveries()).containsExactly(List.of(instance(1), instance(2), instance(3)));
	}

	@Test
	@DisplayName("F39 The instances are read anew, beside a watch; an error is no empty list")
	void instancesAreReadAnew() {
		assertThat(this.discovery.read(this.service)).isEmpty();
		watch();
		await().until(() -> this.listener.shows());
		put(instance(2), instance(1).withStatus(InstanceStatus.DRAINING));
		await().until(() -> this.discovery.read(this.service)
			.equals(List.of(instance(1).withStatus(InstanceStatus.DRAINING), instance(2))));
		FaultyConnection way = connect();
		Discovery remote = openThrough(way).discovery();
		assertThat(remote.read(this.service)).hasSize(2);
		way.cut();
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> remote.read(this.service));
	}

	@Test
	void servicesAreNamedPerNamespace() {
		String stock = unique("stock");
		put(instance(1));
		this.registry.put(stock, List.of(Instance.of(stock, "127.0.0.1", 8100).build()));
		await().until(() -> this.discovery.services().containsAll(List.of(this.service, stock)));
		assertThat(this.discovery.services()).containsExactlyInAnyOrder(this.service, stock);
		assertThat(open(namespace() + "2").discovery().services()).isEmpty();
	}

	@Test
	@DisplayName("Instances are told in whatever status they are")
	void everyStatusIsTold() {
		List<Instance> all = IntStream.range(0, InstanceStatus.values().length)
			.mapToObj((i) -> instance(i + 1).withStatus(InstanceStatus.values()[i]))
			.toList();
		put(all.toArray(Instance[]::new));
		watch();
		await().until(() -> this.listener.latest().equals(Optional.of(all)));
	}

	@Test
	@DisplayName("F21 Lists are told one at a time and in order, never an older one after a newer one")
	void listsAreToldInOrder() {
		put(instance(1).toBuilder().weight(0).build());
		watch();
		await().until(() -> !this.listener.deliveries().isEmpty());
		for (int weight = 1; weight <= 40; weight++) {
			put(instance(1).toBuilder().weight(weight).build());
		}
		await().until(() -> this.listener.latest().orElseThrow().get(0).weight() == 40);
		assertThat(this.listener.deliveries()).allMatch((instances) -> instances.size() == 1);
		assertThat(this.listener.deliveries().stream().map((instances) -> instances.get(0).weight())).isSorted()
			.doesNotHaveDuplicates();
		assertThat(this.listener.overlapped()).isFalse();
	}

	@Test
	@DisplayName("F11 F23 A list that has not changed is not delivered again")
	void unchangedListIsNotDeliveredAgain() {
		put(instance(1));
		watch();
		await().until(() -> this.listener.shows(instance(1).id()));
		put(instance(1));
		String other = unique("stock");
		this.registry.put(other, List.of(Instance.of(other, "127.0.0.1", 8100).build()));
		put(instance(1));
		put(instance(1).toBuilder().version("2").build());
		await().until(() -> this.listener.latest().orElseThrow().get(0).version().equals("2"));
		assertThat(this.listener.deliveries()).hasSize(2);
	}

	@Test
	@DisplayName("F19 A listener that throws is told of the next change, and so are others")
	void listenerThatThrowsStallsNobody() {
		RecordingInstancesListener throwing = new RecordingInstancesListener() {

			@Override
			public void onInstances(List<Instance> instances) {
				super.onInstances(instances);
				throw new IllegalStateException("on purpose");
			}

		};
		this.discovery.watch(this.service, throwing);
		watch();
		await().until(() -> throwing.shows() && this.listener.shows());
		put(instance(1));
		await().until(() -> throwing.shows(instance(1).id()) && this.listener.shows(instance(1).id()));
		put(instance(1), instance(2));
		await().until(() -> throwing.shows(instance(1).id(), instance(2).id()));
		assertThat(throwing.connections()).isEmpty();
	}

	@Test
	@DisplayName("F20 A listener that blocks stalls only itself and gets the newest list afterwards")
	void listenerThatBlocksStallsOnlyItself() {
		CountDownLatch release = new CountDownLatch(1);
		RecordingInstancesListener slow = new RecordingInstancesListener() {

			@Override
			public void onInstances(List<Instance> instances) {
				super.onInstances(instances);
				awaitLatch(release);
			}

		};
		try {
			this.discovery.watch(this.service, slow);
			await().until(() -> slow.deliveries().size() == 1);
			watch();
			for (int i = 1; i <= 10; i++) {
				int weight = i;
				put(instance(1).toBuilder().weight(weight).build());
				await().until(() -> this.listener.latest()
					.orElse(List.of())
					.stream()
					.anyMatch((one) -> one.weight() == weight));
			}
			assertThat(slow.deliveries()).hasSize(1);
		}
		finally {
			release.countDown();
		}
		await().until(() -> slow.latest().orElseThrow().stream().anyMatch((one) -> one.weight() == 10));
		// The other watch may have been told of the last change a little earlier.
		assertThat(slow.deliveries()).as("the ten changes are told as one").hasSizeLessThanOrEqualTo(3);
	}

	@Test
	void closedWatchIsNotToldAnyMore() {
		Subscription closed = watch();
		await().until(() -> this.listener.shows());
		closed.close();
		closed.close();
		RecordingInstancesListener other = new RecordingInstancesListener();
		this.discovery.watch(this.service, other);
		put(instance(1));
		await().until(() -> other.shows(instance(1).id()));
		assertThat(this.listener.deliveries()).hasSize(1);
	}

	@Test
	void closingAWatchWaitsForTheNotificationThatIsUnderWay() {
		assertThat(Closing.whileTold((told) -> this.discovery.watch(this.service, (instances) -> told.run())).waited())
			.isTrue();
	}

	@Test
	@DisplayName("F1 F3 While the backend hangs or cannot be reached nothing looks absent, and every call says so in time")
	void backendThatCannotBeReachedIsSaidSo() {
		put(instance(1));
		FaultyConnection way = connect();
		Discovery remote = openThrough(way).discovery();
		for (Runnable fault : List.<Runnable>of(way::hang, way::cut)) {
			await().ignoreException(BackendUnavailableException.class)
				.until(() -> remote.read(this.service).size() == 1);
			fault.run();
			assertUnavailable(List.of(() -> remote.read(this.service), remote::services));
			way.restore();
		}
	}

	@Test
	@DisplayName("F2 F39 A lost connection is told and is no empty list; what changed meanwhile is told afterwards")
	void lossAndRecoveryAreTold() {
		put(instance(1), instance(2));
		FaultyConnection way = connect();
		Discovery remote = openThrough(way).discovery();
		remote.watch(this.service, this.listener);
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
		way.cut();
		await().atMost(given().detection())
			.until(() -> this.listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(remote::services);
		this.registry.remove(this.service, instance(1).id());
		put(instance(2), instance(3));
		way.restore();
		await().until(() -> this.listener.shows(instance(2).id(), instance(3).id()));
		assertThat(this.listener.connections()).containsExactly(ConnectionState.DISCONNECTED,
				ConnectionState.CONNECTED);
		assertThat(this.listener.deliveries()).doesNotContain(List.of());
		put(instance(4));
		await().until(() -> this.listener.shows(instance(2).id(), instance(3).id(), instance(4).id()));
		assertThat(remote.services()).contains(this.service);
		assertThat(this.listener.overlapped()).isFalse();
	}

	@Test
	@DisplayName("F1 A watch that begins while the backend cannot be reached begins as disconnected and recovers")
	void watchBeginsWithoutAConnection() {
		put(instance(1));
		FaultyConnection way = connect();
		way.cut();
		openThrough(way).discovery().watch(this.service, this.listener);
		await().atMost(given().detection())
			.until(() -> this.listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
		assertThat(this.listener.deliveries()).isEmpty();
		way.restore();
		await().until(() -> this.listener.shows(instance(1).id()));
		assertThat(this.listener.connections()).containsExactly(ConnectionState.DISCONNECTED,
				ConnectionState.CONNECTED);
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	@DisplayName("F37 Closing ends the watches within 5 seconds, also of a backend that is cut off or hangs")
	void closedBackendTellsNobody(Fault fault) {
		FaultyConnection way = connect();
		Backend remote = openThrough(way);
		remote.discovery().watch(this.service, this.listener);
		await().until(() -> this.listener.shows());
		fault.happenTo(way);
		assertClosesInTime(remote);
		int told = this.listener.connections().size();
		way.restore();
		RecordingInstancesListener other = new RecordingInstancesListener();
		this.discovery.watch(this.service, other);
		put(instance(1));
		await().until(() -> other.shows(instance(1).id()));
		assertThat(this.listener.deliveries()).hasSize(1);
		assertThat(this.listener.connections()).hasSize(told);
	}

	@Test
	@DisplayName("1,000 instances of one service are told, and one of them that changes")
	void thousandInstancesOfOneService() {
		watch();
		await().until(() -> this.listener.shows());
		List<Instance> all = new ArrayList<>(IntStream.range(0, MANY_INSTANCES)
			.mapToObj((i) -> Instance.of(this.service, "10.0." + i / 250 + "." + (1 + i % 250), 8080)
				.id("instance-%04d".formatted(i))
				.version("1")
				.build())
			.toList());
		this.registry.put(this.service, all);
		await().until(() -> this.listener.latest().equals(Optional.of(all)));
		all.set(500, all.get(500).toBuilder().version("2").build());
		this.registry.put(this.service, all);
		await().until(() -> this.listener.latest().equals(Optional.of(all)));
		RecordingInstancesListener late = new RecordingInstancesListener();
		this.discovery.watch(this.service, late);
		await().until(() -> late.latest().equals(Optional.of(all)));
		assertThat(this.registry.observe(this.service)).isEqualTo(all);
		assertThat(this.listener.connections()).isEmpty();
	}

	@Test
	@DisplayName("500 services are watched at once, and each watch is told of its own")
	void fiveHundredServicesAreWatchedAtOnce() {
		Map<Instance, RecordingInstancesListener> watches = new HashMap<>();
		for (int i = 0; i < MANY_SERVICES; i++) {
			Instance instance = Instance.of(this.service + "-" + i, "127.0.0.1", 10_000 + i).build();
			RecordingInstancesListener told = new RecordingInstancesListener();
			watches.put(instance, told);
			this.discovery.watch(instance.service(), told);
		}
		watches.keySet().forEach((instance) -> this.registry.put(instance.service(), List.of(instance)));
		await().until(() -> watches.entrySet()
			.stream()
			.allMatch((watch) -> watch.getValue().latest().equals(Optional.of(List.of(watch.getKey())))));
		assertThat(this.discovery.services())
			.containsExactlyInAnyOrderElementsOf(watches.keySet().stream().map(Instance::service).toList());
		watches.forEach((instance, told) -> {
			assertThat(told.connections()).as(instance.service()).isEmpty();
			assertThat(told.deliveries()).as(instance.service()).hasSizeLessThanOrEqualTo(2);
		});
		Instance one = watches.keySet().iterator().next();
		this.registry.remove(one.service(), one.id());
		await().until(() -> watches.entrySet()
			.stream()
			.allMatch((watch) -> watch.getValue().shows() == watch.getKey().equals(one)));
	}

	private Subscription watch() {
		return this.discovery.watch(this.service, this.listener);
	}

	private void put(Instance... instances) {
		this.registry.put(this.service, List.of(instances));
	}

	private Instance instance(int number) {
		return Instance.of(this.service, "127.0.0.1", 8000 + number).build();
	}

}
