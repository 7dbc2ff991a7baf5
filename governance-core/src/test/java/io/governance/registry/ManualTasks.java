package io.governance.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** Tasks that run on the thread of the test, when it moves the time. */
final class ManualTasks implements DirectoryTasks, InstantSource {

	private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

	private final List<Task> tasks = new ArrayList<>();

	private int planned;

	private long now;

	@Override
	public synchronized void later(Duration delay, Runnable task) {
		this.planned++;
		this.tasks.add(new Task(this.now + delay.toNanos(), task));
	}

	@Override
	public synchronized void waiting(Runnable task) {
		this.tasks.add(new Task(this.now, task));
	}

	/** How many tasks were to run later, so far. */
	synchronized int planned() {
		return this.planned;
	}

	void pass(Duration time) {
		long end = nanoTime() + time.toNanos();
		for (Task next = next(end); next != null; next = next(end)) {
			next.run.run();
		}
	}

	/** Moves the time to the next task, or to the end if there is none until then. */
	private synchronized @Nullable Task next(long end) {
		Task next = this.tasks.stream()
			.filter((task) -> task.at <= end)
			.min(Comparator.comparingLong(Task::at))
			.orElse(null);
		this.tasks.remove(next);
		this.now = (next != null) ? Math.max(this.now, next.at) : end;
		return next;
	}

	void run() {
		pass(Duration.ZERO);
	}

	@Override
	public synchronized long nanoTime() {
		return this.now;
	}

	@Override
	public synchronized Instant instant() {
		return START.plusNanos(this.now);
	}

	@Override
	public void close() {
	}

	private record Task(long at, Runnable run) {
	}

}
