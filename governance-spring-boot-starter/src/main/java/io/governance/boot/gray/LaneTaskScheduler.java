package io.governance.boot.gray;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;

import org.jspecify.annotations.Nullable;

import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.Trigger;
import org.springframework.scheduling.concurrent.SimpleAsyncTaskScheduler;

/**
 * The scheduler that Spring Boot has for virtual threads, with the lane of the request
 * that schedules a task: its decorator is asked on the scheduler's own thread, when the
 * request is over. Thread-safe.
 */
class LaneTaskScheduler extends SimpleAsyncTaskScheduler {

	private final TaskDecorator decorator;

	LaneTaskScheduler(TaskDecorator decorator) {
		this.decorator = decorator;
	}

	@Override
	public @Nullable ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
		return super.schedule(this.decorator.decorate(task), trigger);
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable task, Instant startTime) {
		return super.schedule(this.decorator.decorate(task), startTime);
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
		return super.scheduleAtFixedRate(this.decorator.decorate(task), startTime, period);
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
		return super.scheduleAtFixedRate(this.decorator.decorate(task), period);
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Instant startTime, Duration delay) {
		return super.scheduleWithFixedDelay(this.decorator.decorate(task), startTime, delay);
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
		return super.scheduleWithFixedDelay(this.decorator.decorate(task), delay);
	}

}
