package io.governance.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Registries that come and go, with what they knew or without it, while instances run
 * that are started anew now and then. All by chance, and the same in each run.
 */
@Timeout(60)
class UnsteadySourcesTests {

	@Test
	void nobodyWhoRunsIsMissedOrDescribedAsBefore() {
		for (int seed = 0; seed < 500; seed++) {
			new Fleet(seed).run();
		}
	}

	/** Instances, the registries that they register in, and what a caller is told. */
	private static final class Fleet implements InstancesListener {

		private final int seed;

		private final Random random;

		private final ManualTasks tasks = new ManualTasks();

		private final List<UnsteadyRegistry> registries;

		/** By id. */
		private final Map<String, Instance> running = new TreeMap<>();

		private Map<String, Instance> told = Map.of();

		Fleet(int seed) {
			this.seed = seed;
			this.random = new Random(seed);
			this.registries = Stream.generate(() -> new UnsteadyRegistry(this)).limit(1 + seed % 3).toList();
			for (int i = 0; i < 1 + this.random.nextInt(10); i++) {
				start(Instance.of("orders", "10.0.0." + i, 8080).version("0").build());
			}
		}

		void run() {
			DirectorySources sources = new DirectorySources();
			this.registries.forEach((registry) -> sources.add("r" + this.registries.indexOf(registry), registry));
			Discovery whole = sources.compose(Duration.ofSeconds(1), this.tasks, new SplittableRandom(this.seed),
					(guarded) -> {
					});
			whole.watch("orders", this);
			for (int i = 0; i < 60; i++) {
				this.tasks.pass(Duration.ofMillis(this.random.nextInt(6_000)));
				somethingHappens();
			}
			this.registries.stream().filter((registry) -> !registry.up).forEach(UnsteadyRegistry::returns);
			this.tasks.pass(Duration.ofMinutes(1));
			assertThat(this.told).as("in the end, seed %s", this.seed).isEqualTo(this.running);
		}

		private void somethingHappens() {
			if (this.random.nextBoolean()) {
				UnsteadyRegistry registry = this.registries.get(this.random.nextInt(this.registries.size()));
				if (registry.up) {
					registry.goes(this.random.nextBoolean());
				}
				else {
					registry.returns();
				}
			}
			else {
				Instance before = this.running.values()
					.stream()
					.skip(this.random.nextInt(this.running.size()))
					.toList()
					.get(0);
				start(before.toBuilder().version(String.valueOf(version(before) + 1)).build());
			}
		}

		private void start(Instance instance) {
			this.running.put(instance.id(), instance);
			this.registries.forEach((registry) -> registry.register(instance.id()));
		}

		@Override
		public void onInstances(List<Instance> instances) {
			Map<String, Instance> now = instances.stream().collect(Collectors.toMap(Instance::id, (one) -> one));
			assertThat(now).as("who is known, seed %s", this.seed).containsOnlyKeys(this.running.keySet());
			this.told
				.forEach((id, before) -> assertThat(version(now.get(id))).as("version of %s, seed %s", id, this.seed)
					.isGreaterThanOrEqualTo(version(before)));
			this.told = now;
		}

		private static int version(Instance instance) {
			return Integer.parseInt(instance.version());
		}

	}

	/** A registry that others register in again within 5 seconds after its return. */
	private static final class UnsteadyRegistry implements Discovery {

		private final Fleet fleet;

		private final Map<String, Instance> held = new TreeMap<>();

		private boolean up = true;

		private @Nullable InstancesListener listener;

		UnsteadyRegistry(Fleet fleet) {
			this.fleet = fleet;
		}

		void goes(boolean forgets) {
			this.up = false;
			if (forgets) {
				this.held.clear();
			}
			this.listener.onConnection(ConnectionState.DISCONNECTED);
		}

		void returns() {
			this.up = true;
			this.listener.onConnection(ConnectionState.CONNECTED);
			tell();
			this.fleet.running.keySet()
				.forEach((id) -> this.fleet.tasks.later(Duration.ofMillis(this.fleet.random.nextInt(5_000)),
						() -> register(id)));
		}

		void register(String id) {
			Instance wanted = this.fleet.running.get(id);
			if (this.up && !wanted.equals(this.held.put(id, wanted))) {
				tell();
			}
		}

		private void tell() {
			if (this.listener != null) {
				this.listener.onInstances(List.copyOf(this.held.values()));
			}
		}

		@Override
		public List<Instance> read(String service) {
			if (!this.up) {
				throw new BackendUnavailableException("unsteady", "down", null);
			}
			return List.copyOf(this.held.values());
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			this.listener = listener;
			tell();
			return () -> this.listener = null;
		}

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public void close() {
		}

	}

}
