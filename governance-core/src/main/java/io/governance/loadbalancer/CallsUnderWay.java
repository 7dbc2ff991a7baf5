package io.governance.loadbalancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The calls under way at a group of endpoints. Of up to {@value #EXACT} they are counted
 * each time; of more, about once in a millisecond by one of the threads that ask, while
 * the others use the last count. Thread-safe without a lock.
 */
final class CallsUnderWay {

	static final int EXACT = 16;

	private static final VarHandle LAST;

	static {
		try {
			LAST = MethodHandles.lookup().findVarHandle(CallsUnderWay.class, "last", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final InstanceStats[] stats;

	/** The low half of the time of the last count, above the count. */
	@SuppressWarnings("unused")
	private long last;

	CallsUnderWay(InstanceStats[] stats) {
		this.stats = stats;
		this.last = state(time(stats[0]), count(stats));
	}

	/**
	 * The calls under way.
	 * @param asked one of the endpoints, whose clock tells the time
	 * @return their number
	 */
	int count(InstanceStats asked) {
		if (this.stats.length <= EXACT) {
			return count(this.stats);
		}
		long before = (long) LAST.getOpaque(this);
		int time = time(asked);
		if ((int) (before >>> Integer.SIZE) == time) {
			return (int) before;
		}
		long now = state(time, (int) before);
		// Others go on with the old count while the one who was first counts anew.
		if (!LAST.compareAndSet(this, before, now)) {
			return (int) before;
		}
		int count = count(this.stats);
		LAST.compareAndSet(this, now, state(time, count));
		return count;
	}

	private static long state(int time, int count) {
		return ((long) time << Integer.SIZE) | count;
	}

	private static int time(InstanceStats asked) {
		return (int) (asked.clock().last() >> DecayingAverage.TICK_BITS);
	}

	private static int count(InstanceStats[] stats) {
		int count = 0;
		for (InstanceStats one : stats) {
			count += one.inFlight();
		}
		return count;
	}

}
