package io.governance.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.governance.ConnectionState;
import org.jspecify.annotations.Nullable;

/**
 * The list of one service, put together from several sources. The first list is told when
 * all sources have answered, or, unless it is empty, when those that have not are not
 * waited for any longer. A source that is lost keeps its last list in the whole, but for
 * instances that have left another source since: they are not there any more. Those it
 * tells only some time after it is back, when it is sure to know; until then others
 * describe the instances that they know as well. Thread-safe; tells the listener one at a
 * time.
 */
final class MergedService {

	private final InstancesListener listener;

	private final Consumer<Runnable> later;

	private final Map<String, Part> parts = new LinkedHashMap<>();

	private @Nullable List<Instance> told;

	private boolean connected = true;

	/** How often a source has ceased to be current. */
	private int outdatings;

	private boolean hurried;

	private boolean ended;

	/**
	 * Creates the list.
	 * @param listener who is told
	 * @param later runs something when a source that is back is sure of its list
	 */
	MergedService(InstancesListener listener, Consumer<Runnable> later) {
		this.listener = listener;
		this.later = later;
	}

	/** Adds a source; all are added before any is watched. */
	synchronized void add(String name) {
		this.parts.put(name, new Part());
	}

	InstancesListener part(String name) {
		return Objects.requireNonNull(this.parts.get(name));
	}

	/** Waits no longer for sources that have not answered. */
	synchronized void hurry() {
		this.hurried = true;
		changed();
	}

	synchronized void end() {
		this.ended = true;
	}

	private void changed() {
		if (this.ended) {
			return;
		}
		boolean connected = this.parts.values().stream().allMatch((part) -> part.connected);
		if (connected != this.connected) {
			this.connected = connected;
			this.listener.onConnection(connected ? ConnectionState.CONNECTED : ConnectionState.DISCONNECTED);
		}
		List<Instance> merged = merge();
		if (!merged.equals(this.told) && mayTell(merged)) {
			this.told = merged;
			this.listener.onInstances(merged);
		}
	}

	private boolean mayTell(List<Instance> merged) {
		Collection<Part> all = this.parts.values();
		if (this.told != null || all.stream().allMatch((part) -> part.instances != null)) {
			return true;
		}
		// Nothing, while somebody has not answered, does not mean that there is nothing.
		return !merged.isEmpty()
				&& (this.hurried || all.stream().allMatch((part) -> part.instances != null || !part.connected));
	}

	/**
	 * What is current describes an instance rather than what may be outdated, and what
	 * was current last rather than what was before.
	 */
	private List<Instance> merge() {
		Map<Address, Instance> merged = new LinkedHashMap<>();
		this.parts.values()
			.stream()
			.sorted(Comparator.comparingInt((part) -> (part.outdated != 0) ? -part.outdated : Integer.MIN_VALUE))
			.flatMap(Part::stream)
			.forEach((one) -> merged.putIfAbsent(Address.of(one), one));
		Map<String, Instance> byId = new TreeMap<>();
		List<Instance> rest = new ArrayList<>();
		merged.values().forEach((instance) -> {
			if (byId.putIfAbsent(instance.id(), instance) != null) {
				rest.add(instance);
			}
		});
		List<Instance> all = new ArrayList<>(byId.values());
		rest.forEach((instance) -> all.add(withIdOfItsAddress(instance)));
		all.sort(Comparator.comparing(Instance::id));
		return List.copyOf(all);
	}

	/** Different sources may give different instances the same id. */
	private static Instance withIdOfItsAddress(Instance instance) {
		String id = Instance.of(instance.service(), instance.host(), instance.port()).build().id();
		return instance.toBuilder().id(id).build();
	}

	/** What one source tells. */
	private final class Part implements InstancesListener {

		private @Nullable List<Instance> instances;

		private boolean connected = true;

		/** How often it has been lost. */
		private int losses;

		/** When what it tells ceased to be current, counted over all; 0 while it is. */
		private int outdated;

		/** Who left another source while this one could not be reached. */
		private final Set<Address> left = new HashSet<>();

		private Stream<Instance> stream() {
			List<Instance> all = this.instances;
			return (all == null) ? Stream.empty()
					: all.stream().filter((instance) -> !this.left.contains(Address.of(instance)));
		}

		private Set<Address> addresses() {
			List<Instance> all = this.instances;
			return (all == null) ? Set.of() : all.stream().map(Address::of).collect(Collectors.toSet());
		}

		@Override
		public void onInstances(List<Instance> instances) {
			synchronized (MergedService.this) {
				Set<Address> gone = new HashSet<>(addresses());
				this.instances = instances;
				gone.removeAll(addresses());
				MergedService.this.parts.values()
					.stream()
					.filter((other) -> other != this)
					.forEach((other) -> other.compareWith(addresses(), gone));
				changed();
			}
		}

		private void compareWith(Set<Address> there, Set<Address> gone) {
			this.left.removeAll(there);
			if (!this.connected) {
				this.left.addAll(gone);
			}
		}

		@Override
		public void onConnection(ConnectionState state) {
			synchronized (MergedService.this) {
				this.connected = state == ConnectionState.CONNECTED;
				if (!this.connected) {
					this.losses++;
					outdate();
				}
				else {
					int before = this.losses;
					MergedService.this.later.accept(() -> believe(before));
				}
				changed();
			}
		}

		private void outdate() {
			if (this.outdated == 0 && this.instances != null) {
				this.outdated = ++MergedService.this.outdatings;
			}
		}

		/** Unless it has been lost again meanwhile. */
		private void believe(int before) {
			synchronized (MergedService.this) {
				if (this.connected && this.losses == before) {
					this.outdated = 0;
					this.left.clear();
					changed();
				}
			}
		}

	}

	private record Address(String host, int port) {

		static Address of(Instance instance) {
			return new Address(instance.host(), instance.port());
		}

	}

}
