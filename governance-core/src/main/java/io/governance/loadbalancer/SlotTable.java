package io.governance.loadbalancer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Who owns each of 2^17 slots: weighted rendezvous hashing (D. Thaler and C. Ravishankar,
 * "A name-based mapping scheme for rendezvous", 1996) of the slots, computed once for all
 * keys. A slot belongs to the {@link SlotBidder} that comes to it first, so that one who
 * leaves gives away its own slots only, one who comes takes its share alone, and neither
 * order nor history counts. Immutable and thread-safe.
 * <p>
 * Rendezvous hashing asks every bidder for every slot. Here bidders visit their slots in
 * the order of time, as in O. Ertl, "ProbMinHash" (2019), and stop where the others have
 * probably been. From scratch that takes about slots × (ln bidders + 1) visits; for one
 * who comes about its share of the slots × ln slots while few have come before, and for
 * one who leaves its share of the slots × bidders. Many who come or go at once, or one
 * who owns much, are computed from scratch.
 */
final class SlotTable {

	/** The most bidders. */
	static final int MAX_BIDDERS = (1 << 16) - 1;

	private static final char NOBODY = MAX_BIDDERS;

	private final SlotBidder[] bidders;

	/** The index of the bidder for each slot. */
	private final char[] owners;

	/** No slot is taken later than that. */
	private final double latest;

	private SlotTable(SlotBidder[] bidders, char[] owners, double latest) {
		this.bidders = bidders;
		this.owners = owners;
		this.latest = latest;
	}

	/**
	 * The table of these bidders.
	 * @param bidders the bidders, at least one, in any order
	 * @return the table, the same for the same bidders
	 */
	static SlotTable of(SlotBidder[] bidders) {
		char[] owners = new char[SlotBidder.SLOTS];
		Arrays.fill(owners, NOBODY);
		double[] times = new double[SlotBidder.SLOTS];
		Arrays.fill(times, Double.POSITIVE_INFINITY);
		double total = Arrays.stream(bidders).mapToDouble(SlotBidder::weight).sum();
		// By then e^-limit of the slots are not visited: as many as are quickly asked
		// for.
		double limit = (Math.log(bidders.length) + 1) / total;
		for (char index = 0; index < bidders.length; index++) {
			SlotBidder bidder = bidders[index];
			for (int rank = 0; rank < SlotBidder.SLOTS && bidder.timeAtLeast(rank) < limit; rank++) {
				int slot = bidder.slotAt(rank);
				double time = times[slot];
				if (bidder.timeAtLeast(rank) <= time) {
					double own = bidder.time(rank);
					if (own < time || own == time && bidder.precedes(bidders[owners[slot]])) {
						times[slot] = own;
						owners[slot] = index;
					}
				}
			}
		}
		double latest = 0;
		for (int slot = 0; slot < owners.length; slot++) {
			if (times[slot] >= limit) {
				owners[slot] = first(bidders, slot);
				latest = Math.max(latest, time(bidders[owners[slot]], slot));
			}
			else {
				latest = Math.max(latest, times[slot]);
			}
		}
		return new SlotTable(bidders, owners, latest);
	}

	/**
	 * The table of other bidders, computed from this one as far as they are the same.
	 * @param bidders the bidders, at least one, in any order
	 * @return the table that {@link #of} gives
	 */
	SlotTable changedTo(SlotBidder[] bidders) {
		Map<Long, Character> indexes = new HashMap<>();
		for (char index = 0; index < bidders.length; index++) {
			indexes.put(bidders[index].hash(), index);
		}
		char[] now = new char[this.bidders.length];
		boolean[] stayed = new boolean[bidders.length];
		for (int before = 0; before < now.length; before++) {
			Character index = indexes.get(this.bidders[before].hash());
			if (index != null && bidders[index].isLike(this.bidders[before])) {
				now[before] = index;
				stayed[index] = true;
			}
			else {
				now[before] = NOBODY;
			}
		}
		char[] owners = new char[SlotBidder.SLOTS];
		int vacant = 0;
		for (int slot = 0; slot < owners.length; slot++) {
			owners[slot] = now[this.owners[slot]];
			vacant += (owners[slot] == NOBODY) ? 1 : 0;
		}
		if ((double) vacant * bidders.length + visitsToJoin(bidders, stayed) > visitsFromScratch(bidders.length)) {
			return of(bidders);
		}
		double latest = this.latest;
		for (int slot = 0; slot < owners.length; slot++) {
			if (owners[slot] == NOBODY) {
				owners[slot] = first(bidders, slot);
				latest = Math.max(latest, time(bidders[owners[slot]], slot));
			}
		}
		for (char index = 0; index < bidders.length; index++) {
			if (!stayed[index]) {
				join(bidders, index, owners, latest);
			}
		}
		return new SlotTable(bidders, owners, latest);
	}

	private double visitsToJoin(SlotBidder[] bidders, boolean[] stayed) {
		double visits = 0;
		for (int index = 0; index < bidders.length; index++) {
			if (!stayed[index]) {
				visits += SlotBidder.SLOTS * Math.min(1, this.latest * bidders[index].weight());
			}
		}
		return visits;
	}

	private static double visitsFromScratch(int bidders) {
		return SlotBidder.SLOTS * (Math.log(bidders) + 1);
	}

	private static void join(SlotBidder[] bidders, char index, char[] owners, double latest) {
		SlotBidder bidder = bidders[index];
		for (int rank = 0; rank < SlotBidder.SLOTS && bidder.timeAtLeast(rank) <= latest; rank++) {
			int slot = bidder.slotAt(rank);
			SlotBidder owner = bidders[owners[slot]];
			double time = bidder.time(rank);
			double other = time(owner, slot);
			if (time < other || time == other && bidder.precedes(owner)) {
				owners[slot] = index;
			}
		}
	}

	private static char first(SlotBidder[] bidders, int slot) {
		char first = 0;
		double earliest = Double.POSITIVE_INFINITY;
		for (char index = 0; index < bidders.length; index++) {
			SlotBidder bidder = bidders[index];
			int rank = bidder.rankOf(slot);
			if (bidder.timeAtLeast(rank) <= earliest) {
				double time = bidder.time(rank);
				if (time < earliest || time == earliest && bidder.precedes(bidders[first])) {
					earliest = time;
					first = index;
				}
			}
		}
		return first;
	}

	private static double time(SlotBidder bidder, int slot) {
		return bidder.time(bidder.rankOf(slot));
	}

	/**
	 * The owner of the slot of a number.
	 * @param hash the number, all of whose bits are as good as random
	 * @return the index of the bidder
	 */
	int owner(long hash) {
		return this.owners[(int) (hash >>> (Long.SIZE - SlotBidder.BITS))];
	}

	char[] owners() {
		return this.owners;
	}

}
