package io.governance.testkit;

import java.lang.management.ManagementFactory;

/**
 * What this process uses.
 *
 * @param threads how many threads there are
 * @param heapBytes how much of the heap is in use after a collection
 */
record Usage(int threads, long heapBytes) {

	static Usage now() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		return new Usage(ManagementFactory.getThreadMXBean().getThreadCount(),
				ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
	}

}
