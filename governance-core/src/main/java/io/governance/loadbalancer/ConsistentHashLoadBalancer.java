package io.governance.loadbalancer;

import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * Sends calls of the same {@link PickRequest#affinity()} to the same endpoint, and all
 * processes that know the same endpoints to the same one. Keys are spread by weight. An
 * endpoint that leaves gives away its own keys only, to all others; one that comes takes
 * its share from all others alike. Calls without affinity are spread at random.
 * <p>
 * With the setting {@value #BOUNDED_LOAD}, a number c above 1, an endpoint takes no more
 * than c times its share of the calls that are under way, rounded up, and others take
 * what is beyond it (V. Mirrokni, M. Thorup and M. Zadimoghaddam, "Consistent hashing
 * with bounded loads", 2016). Which others depends on the key, so that no single one gets
 * all of it (J. Chen, B. Coleman and A. Shrivastava, "Revisiting consistent hashing with
 * bounded loads", 2021).
 */
public final class ConsistentHashLoadBalancer implements LoadBalancer {

	/** The setting that bounds the load of an endpoint; a number above 1. */
	public static final String BOUNDED_LOAD = "bounded-load";

	@Override
	public String name() {
		return "consistent-hash";
	}

	/**
	 * Builds a picker.
	 * @throws IllegalArgumentException if {@value #BOUNDED_LOAD} is not a number above 1
	 */
	@Override
	public Picker newPicker(PickerInput input) {
		Endpoint[] endpoints = input.weighted();
		if (endpoints.length > SlotTable.MAX_BIDDERS) {
			throw new IllegalArgumentException("At most " + SlotTable.MAX_BIDDERS + " endpoints are supported");
		}
		String bound = input.settings().get(BOUNDED_LOAD);
		float factor = (bound != null) ? factor(bound) : 0;
		if (endpoints.length < 2) {
			Endpoint only = (endpoints.length == 0) ? null : endpoints[0];
			return new OnlyPicker(only);
		}
		SlotBidder[] bidders = new SlotBidder[endpoints.length];
		for (int i = 0; i < bidders.length; i++) {
			bidders[i] = new SlotBidder(endpoints[i].instance().id(), endpoints[i].instance().weight());
		}
		SlotTable table = (input.previous() instanceof TablePicker previous) ? previous.table().changedTo(bidders)
				: SlotTable.of(bidders);
		return (factor > 0) ? new BoundedPicker(endpoints, table, input.random(), factor)
				: new HashPicker(endpoints, table, input.random());
	}

	private static float factor(String bound) {
		try {
			float factor = Float.parseFloat(bound.trim());
			if (factor > 1 && Float.isFinite(factor)) {
				return factor;
			}
		}
		catch (NumberFormatException ex) {
			// The message below says what is expected.
		}
		throw new IllegalArgumentException("The setting " + BOUNDED_LOAD + " of consistent-hash is '" + bound
				+ "': set a number above 1, as 1.25");
	}

	private record OnlyPicker(@Nullable Endpoint only) implements Picker {

		@Override
		public @Nullable Endpoint pick(PickRequest request) {
			return this.only;
		}

	}

	private interface TablePicker extends Picker {

		SlotTable table();

	}

	private record HashPicker(Endpoint[] endpoints, SlotTable table, RandomGenerator random) implements TablePicker {

		@Override
		public Endpoint pick(PickRequest request) {
			return this.endpoints[this.table.owner(hash(request, this.random))];
		}

	}

	private static final class BoundedPicker implements TablePicker {

		/**
		 * With c = 1.25, fewer than one in 1,500 keys still find nobody in the worst
		 * case.
		 */
		private static final int TRIES = 32;

		private static final long NEXT = 0x9E3779B97F4A7C15L;

		private final Endpoint[] endpoints;

		private final SlotTable table;

		private final RandomGenerator random;

		private final InstanceStats[] stats;

		/** How many calls each takes of one that is under way. */
		private final float[] shares;

		private final CallsUnderWay underWay;

		BoundedPicker(Endpoint[] endpoints, SlotTable table, RandomGenerator random, float factor) {
			this.endpoints = endpoints;
			this.table = table;
			this.random = random;
			this.stats = InstanceStats.of(endpoints);
			this.underWay = new CallsUnderWay(this.stats);
			this.shares = new float[endpoints.length];
			float[] relative = Weights.relative(Weights.of(endpoints));
			for (int i = 0; i < endpoints.length; i++) {
				this.shares[i] = factor / relative[i] / endpoints.length;
			}
		}

		@Override
		public SlotTable table() {
			return this.table;
		}

		@Override
		public Endpoint pick(PickRequest request) {
			long hash = hash(request, this.random);
			int candidate = this.table.owner(hash);
			int calls = this.underWay.count(this.stats[candidate]) + 1;
			for (int tries = 1; isFull(candidate, calls); tries++) {
				if (tries == TRIES) {
					return this.endpoints[next(candidate, calls)];
				}
				hash = StableHash.mix(hash + NEXT);
				candidate = this.table.owner(hash);
			}
			return this.endpoints[candidate];
		}

		private boolean isFull(int index, int calls) {
			return this.stats[index].inFlight() >= this.shares[index] * calls;
		}

		private int next(int index, int calls) {
			int size = this.endpoints.length;
			for (int i = 1; i < size; i++) {
				int candidate = (index + i) % size;
				if (!isFull(candidate, calls)) {
					return candidate;
				}
			}
			return index;
		}

	}

	private static long hash(PickRequest request, RandomGenerator random) {
		long affinity = request.affinity();
		return (affinity != 0) ? StableHash.mix(affinity) : random.nextLong();
	}

}
