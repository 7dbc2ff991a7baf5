package io.governance.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Tasks that run on the calling thread, when the test moves the time. */
final class ManualTasks implements DirectoryTasks, InstantSource {

	private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

	private final List<Task> tasks = new ArrayList<>();

	private long now;

	@Override
	public void later(Duration delay, Runnable task) {
		this.tasks.add(new Task(this.now + delay.toNanos(), task));
	}

	@Override
	public void waiting(Runnable task) {
		later(Duration.ZERO, task);
	}

	void pass(Duration time) {
		long end = this.now + time.toNanos();
		while (true) {
			Task next = this.tasks.stream()
				.filter((task) -> task.at <= end)
				.min(Comparator.comparingLong(Task::at))
				.orElse(null);
			if (next == null) {
				break;
			}
			this.tasks.remove(next);
			this.now = Math.max(this.now, next.at);
			next.run.run();
		}
		this.now = end;
	}

	void run() {
		pass(Duration.ZERO);
	}

	@Override
	public long nanoTime() {
		return this.now;
	}

	@Override
	public Instant instant() {
		return START.plusNanos(this.now);
	}

	@Override
	public void close() {
	}

	private record Task(long at, Runnable run) {
	}

}
