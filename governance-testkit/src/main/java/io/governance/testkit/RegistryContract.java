package io.governance.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.registry.Registry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What every {@link Registry} has to do: announce own instances, keep them, and tell what
 * the server holds of them. What others see is asked of another backend's discovery.
 */
public abstract class RegistryContract extends BackendContract {

	/** How soon an instance is back once its server can be reached again. */
	private static final Duration PROMISE = Duration.ofSeconds(10);

	private final RecordingInstancesListener listener = new RecordingInstancesListener();

	private String service;

	private Registry registry;

	@BeforeEach
	final void openRegistry() {
		this.service = unique("orders");
		this.registry = backend().registry();
		assertThat(backend().registry()).as("the same object each time").isSameAs(this.registry);
	}

	@Test
	void everythingThatIsAnnouncedIsFound() {
		Instance instance = Instance.of(this.service, "10.0.0.1", 8080)
			.id("orders-1")
			.zone("cn-east-1a")
			.version("1.4.0+build.7")
			.lane("gray")
			.weight(50)
			.secure(true)
			.metadata(Map.of("colour", "grün", "team_a-b", "x=1, y: \"2\" 你好", "empty", ""))
			.build();
		watch();
		put(instance);
		await().until(() -> this.listener.shows("orders-1"));
		assertThat(this.listener.latest()).contains(List.of(instance));
		assertThat(this.registry.observe(this.service)).containsExactly(instance);
	}

	@Test
	void hostNamesAndIdsOfEveryKindAreKept() {
		List<Instance> instances = List.of(
				Instance.of(this.service, "orders-7.shop.example", 1).id("_a.b@c-d:e").build(),
				Instance.of(this.service, "10.0.0.2", 65535).id("x".repeat(100)).build());
		put(instances.toArray(Instance[]::new));
		watch();
		await().until(() -> this.listener.shows(instances.get(0).id(), instances.get(1).id()));
		assertThat(this.listener.latest()).contains(instances);
	}

	@Test
	void putIsIdempotentAndUpdates() {
		Instance first = instance(1);
		put(first);
		watch();
		await().until(() -> this.listener.shows(first.id()));
		put(first);
		put(first);
		Instance changed = first.toBuilder().version("2").weight(7).metadata(Map.of("colour", "blue")).build();
		put(changed);
		await().until(() -> this.listener.latest().equals(Optional.of(List.of(changed))));
		assertThat(this.registry.observe(this.service)).containsExactly(changed);
		Instance again = changed.toBuilder().metadata(Map.of("size", "xl")).build();
		put(again);
		await().until(() -> this.listener.latest().equals(Optional.of(List.of(again))));
		assertThat(this.listener.deliveries()).allMatch((instances) -> instances.size() == 1);
	}

	@ParameterizedTest
	@EnumSource(InstanceStatus.class)
	@DisplayName("An instance is registered in whatever status it is")
	void instanceIsRegisteredInEveryStatus(InstanceStatus status) {
		put(instance(1).withStatus(status));
		watch();
		await().until(() -> this.listener.shows(instance(1).id()) && status() == status);
		assertThat(this.registry.observe(this.service)).containsExactly(instance(1).withStatus(status));
	}

	@Test
	@DisplayName("An instance goes through every status and comes back, and is never away")
	void healthFailsAndRecovers() {
		put(instance(1));
		watch();
		await().until(() -> this.listener.shows(instance(1).id()) && status() == InstanceStatus.UP);
		for (InstanceStatus status : List.of(InstanceStatus.WARNING, InstanceStatus.DOWN, InstanceStatus.UP,
				InstanceStatus.DRAINING, InstanceStatus.DOWN, InstanceStatus.WARNING, InstanceStatus.OUT_OF_SERVICE,
				InstanceStatus.DRAINING, InstanceStatus.UP)) {
			put(instance(1).withStatus(status));
			await().until(() -> status() == status);
			assertThat(this.registry.observe(this.service)).containsExactly(instance(1).withStatus(status));
		}
		assertThat(this.listener.deliveries()).allMatch((instances) -> instances.size() == 1);
	}

	private InstanceStatus status() {
		return this.listener.latest().orElseThrow().get(0).status();
	}

	@Test
	void weightZeroIsKept() {
		put(instance(1).toBuilder().weight(0).build(), instance(2).toBuilder().weight(Instance.MAX_WEIGHT).build());
		watch();
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
		assertThat(this.listener.latest().orElseThrow()).extracting(Instance::weight)
			.containsExactly(0, Instance.MAX_WEIGHT);
		assertThat(this.listener.latest().orElseThrow()).extracting(Instance::status).containsOnly(InstanceStatus.UP);
		put(instance(1));
		await().until(() -> this.listener.latest().orElseThrow().get(0).weight() == Instance.DEFAULT_WEIGHT);
	}

	@Test
	@DisplayName("F36 Two instances of one service in one process come and go apart from each other")
	void twoInstancesOfOneProcess() {
		put(instance(1), instance(2));
		watch();
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
		put(instance(1).toBuilder().version("2").build(), instance(2));
		await().until(() -> this.listener.latest().orElseThrow().get(0).version().equals("2"));
		assertThat(this.listener.latest().orElseThrow()).hasSize(2);
		this.registry.remove(this.service, instance(1).id());
		await().until(() -> this.listener.shows(instance(2).id()));
		assertThat(this.registry.observe(this.service)).containsExactly(instance(2));
		put(instance(1), instance(2));
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
	}

	@Test
	void instanceThatIsNotNamedAnyMoreStays() {
		put(instance(1));
		put(instance(2));
		watch();
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
		assertThat(this.registry.observe(this.service)).containsExactly(instance(1), instance(2));
	}

	@Test
	void removedInstanceIsGoneAndRemovingAgainDoesNothing() {
		put(instance(1));
		watch();
		await().until(() -> this.listener.shows(instance(1).id()));
		this.registry.remove(this.service, instance(1).id());
		await().until(() -> this.listener.shows());
		await().until(() -> this.registry.observe(this.service).isEmpty());
		this.registry.remove(this.service, instance(1).id());
		this.registry.remove(this.service, "never-there");
		this.registry.remove(unique("never"), "never-there");
		put(instance(1));
		await().until(() -> this.listener.shows(instance(1).id()));
	}

	@Test
	@DisplayName("Two processes register one service: each observes and removes its own")
	void eachProcessHasItsOwnInstances() {
		Registry other = open(namespace()).registry();
		put(instance(1));
		other.put(this.service, List.of(instance(2)));
		watch();
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
		assertThat(this.registry.observe(this.service)).containsExactly(instance(1));
		assertThat(other.observe(this.service)).containsExactly(instance(2));
		other.remove(this.service, instance(2).id());
		await().until(() -> this.listener.shows(instance(1).id()));
		put(instance(1).toBuilder().version("2").build());
		await().until(() -> this.listener.latest().orElseThrow().get(0).version().equals("2"));
	}

	@Test
	void servicesAndNamespacesDoNotSeeEachOther() {
		String alike = this.service + "2";
		Backend elsewhere = open(namespace() + "2");
		Instance same = Instance.of(alike, "127.0.0.1", 8001).build();
		put(instance(1));
		this.registry.put(alike, List.of(same));
		elsewhere.registry().put(this.service, List.of(instance(1).toBuilder().version("elsewhere").build()));
		watch();
		RecordingInstancesListener ofAlike = new RecordingInstancesListener();
		backend().discovery().watch(alike, ofAlike);
		RecordingInstancesListener ofElsewhere = new RecordingInstancesListener();
		elsewhere.discovery().watch(this.service, ofElsewhere);
		await().until(() -> this.listener.shows(instance(1).id()) && ofAlike.shows(same.id())
				&& ofElsewhere.shows(instance(1).id()));
		elsewhere.registry().remove(this.service, instance(1).id());
		await().until(() -> ofElsewhere.shows());
		this.registry.remove(alike, same.id());
		await().until(() -> ofAlike.shows());
		assertThat(this.registry.observe(this.service)).containsExactly(instance(1));
		assertThat(this.listener.deliveries()).containsOnly(List.of(instance(1)));
	}

	@Test
	void instanceOfAnotherServiceIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.registry.put(unique("stock"), List.of(instance(1))));
	}

	@Test
	@DisplayName("F31 An instance stays as long as its process lives, and renewals tell nobody")
	void leaseIsRenewedSilently() {
		put(instance(1));
		watch();
		await().until(() -> this.listener.shows(instance(1).id()));
		Duration longer = given().lease().multipliedBy(3).dividedBy(2);
		await().during(longer)
			.atMost(longer.plus(PATIENCE))
			.pollInterval(Duration.ofMillis(50))
			.until(() -> this.listener.deliveries().equals(List.of(List.of(instance(1)))));
		assertThat(this.registry.observe(this.service)).containsExactly(instance(1));
	}

	@Test
	@DisplayName("An instance whose process was killed is gone or DOWN within its lease, and others stay")
	void killedOwnerIsNoticed() throws Exception {
		put(instance(1));
		watch();
		OtherProcess owner = closing(OtherProcess.registering(given(), namespace(), this.service, 8002));
		owner.awaitReady();
		await().until(() -> this.listener.shows(instance(1).id(), instance(2).id()));
		owner.kill();
		await().atMost(given().lease()).until(() -> {
			List<Instance> instances = this.listener.latest().orElseThrow();
			return instances.size() == 1 || instances.get(1).status() == InstanceStatus.DOWN;
		});
		assertThat(this.listener.latest().orElseThrow()).contains(instance(1));
	}

	@Test
	@DisplayName("F2 F34 What was cut off for longer than its lease is back within 10 seconds of the server, as it is now")
	void keeperBringsBackWhatALongCutHasLost() {
		FaultyConnection way = connect();
		Registry remote = openThrough(way).registry();
		RegistrationKeeper keeper = new RegistrationKeeper(remote, RegistrationSettings.DEFAULTS, (event) -> {
		}, new Random(1), System::nanoTime);
		closing(keeper);
		keeper.register(instance(1));
		watch();
		await().until(() -> this.listener.shows(instance(1).id()));
		way.cut();
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> remote.observe(this.service));
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> remote.put(this.service, List.of(instance(1))));
		await().atMost(given().lease())
			.until(() -> this.listener.latest().orElseThrow().stream().noneMatch((one) -> one.status().takesCalls()));
		Instance changed = instance(1).toBuilder().version("2").build();
		keeper.register(changed);
		way.restore();
		await().atMost(PROMISE).until(() -> this.listener.latest().orElseThrow().equals(List.of(changed)));
		// Others may see it before the answer is here.
		await().until(() -> remote.observe(this.service).equals(List.of(changed)));
	}

	@Test
	@DisplayName("F1 F3 While the backend hangs or cannot be reached nothing looks absent, and every call says so in time")
	void backendThatCannotBeReachedIsSaidSo() {
		FaultyConnection way = connect();
		Registry remote = openThrough(way).registry();
		List<Instance> own = List.of(instance(1));
		for (Runnable fault : List.<Runnable>of(way::hang, way::cut)) {
			await().ignoreException(BackendUnavailableException.class).until(() -> {
				remote.put(this.service, own);
				return remote.observe(this.service).equals(own);
			});
			fault.run();
			assertUnavailable(() -> remote.observe(this.service));
			assertUnavailable(() -> remote.put(this.service, own));
			assertUnavailable(() -> remote.remove(this.service, own.get(0).id()));
			way.restore();
		}
	}

	@Test
	@DisplayName("F37 A backend is closed within 5 seconds, also while it is cut off or hangs, and then takes nothing")
	void closedBackendTakesNothing() {
		int number = 0;
		for (Fault fault : Fault.values()) {
			FaultyConnection way = connect();
			Backend remote = openThrough(way);
			remote.registry().put(this.service, List.of(instance(++number)));
			fault.happenTo(way);
			assertClosesInTime(remote);
			way.restore();
			assertThatExceptionOfType(RuntimeException.class)
				.isThrownBy(() -> remote.registry().put(this.service, List.of(instance(9))));
		}
		watch();
		await().atMost(given().lease())
			.until(() -> this.listener.latest().isPresent()
					&& this.listener.latest().orElseThrow().stream().noneMatch((one) -> one.status().takesCalls()));
	}

	private void put(Instance... instances) {
		this.registry.put(this.service, new ArrayList<>(List.of(instances)));
	}

	private Instance instance(int number) {
		return Instance.of(this.service, "127.0.0.1", 8000 + number).build();
	}

	private void watch() {
		open(namespace()).discovery().watch(this.service, this.listener);
	}

}
