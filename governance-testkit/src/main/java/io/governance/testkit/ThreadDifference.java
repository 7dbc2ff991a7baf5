package io.governance.testkit;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which threads began after a moment and still live. Leaves out those that the JDK itself
 * keeps for the next who needs one, and those that are known to last. Other tests must
 * not run at the same time.
 */
public final class ThreadDifference {

	private static final List<String> OF_THE_JDK = List.of("CompletableFutureDelayScheduler", "ForkJoinPool",
			"process reaper", "Attach Listener", "Keep-Alive-Timer");

	private final Set<Thread> before;

	private final Collection<String> lasting;

	private ThreadDifference(Set<Thread> before, Collection<String> lasting) {
		this.before = before;
		this.lasting = lasting;
	}

	/**
	 * Remembers the threads that live now.
	 * @param lasting what the names of threads begin with that nobody can end, such as
	 * {@link BackendFixture#lastingThreads()}
	 * @return the difference from now on
	 */
	public static ThreadDifference fromNow(Collection<String> lasting) {
		return new ThreadDifference(Set.copyOf(live().toList()), List.copyOf(lasting));
	}

	/**
	 * The threads that began since then and live.
	 * @return their names, sorted; a name for each thread
	 */
	public List<String> begun() {
		return live().filter((thread) -> !this.before.contains(thread))
			.map(Thread::getName)
			.filter((name) -> OF_THE_JDK.stream().noneMatch(name::startsWith)
					&& this.lasting.stream().noneMatch(name::startsWith))
			.sorted()
			.toList();
	}

	private static Stream<Thread> live() {
		return Thread.getAllStackTraces().keySet().stream();
	}

}
