package io.governance.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.Arrays;

/**
 * What this process uses.
 *
 * @param threads how many threads there are
 * @param heapBytes how much of the heap is in use: the median of several collections
 */
record Usage(int threads, long heapBytes) {

	private static final int COLLECTIONS = 7;

	static Usage now() {
		return new Usage(ManagementFactory.getThreadMXBean().getThreadCount(), heap());
	}

	/** With the threads of a difference only. */
	static Usage now(ThreadDifference difference) {
		return new Usage(difference.begun().size(), heap());
	}

	private static long heap() {
		MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
		long[] used = new long[COLLECTIONS];
		for (int i = 0; i < COLLECTIONS; i++) {
			memory.gc();
			used[i] = memory.getHeapMemoryUsage().getUsed();
		}
		Arrays.sort(used);
		return used[COLLECTIONS / 2];
	}

}
