package io.governance.boot.gray;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.support.PeriodicTrigger;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class LaneTaskSchedulerTests {

	private static final Duration SOON = Duration.ofMillis(5);

	private final LaneTaskScheduler scheduler = new LaneTaskScheduler(new LaneTaskDecorator());

	@BeforeEach
	void start() {
		this.scheduler.start();
	}

	@AfterEach
	void close() {
		this.scheduler.close();
	}

	static Stream<Scheduling> eachTaskHasTheLaneOfWhoeverScheduledIt() {
		return Stream.of((scheduler, task) -> scheduler.schedule(task, new PeriodicTrigger(SOON)),
				(scheduler, task) -> scheduler.schedule(task, Instant.now().plus(SOON)),
				(scheduler, task) -> scheduler.scheduleAtFixedRate(task, Instant.now().plus(SOON), SOON),
				(scheduler, task) -> scheduler.scheduleAtFixedRate(task, SOON),
				(scheduler, task) -> scheduler.scheduleWithFixedDelay(task, Instant.now().plus(SOON), SOON),
				(scheduler, task) -> scheduler.scheduleWithFixedDelay(task, SOON));
	}

	@ParameterizedTest
	@MethodSource
	void eachTaskHasTheLaneOfWhoeverScheduledIt(Scheduling scheduling) {
		LaneContext lanes = LaneContext.parse("orders=gray");
		GrayDecision.Scope request = lanes.open();
		CompletableFuture<LaneContext> gray = seen(scheduling);
		request.close();
		CompletableFuture<LaneContext> stable = seen(scheduling);
		assertThat(gray.join()).isEqualTo(lanes);
		assertThat(stable.join()).isSameAs(LaneContext.STABLE);
	}

	private CompletableFuture<LaneContext> seen(Scheduling scheduling) {
		CompletableFuture<LaneContext> seen = new CompletableFuture<>();
		Future<?> task = scheduling.schedule(this.scheduler, () -> seen.complete(LaneContext.current()));
		return seen.whenComplete((lanes, failure) -> task.cancel(false));
	}

	/** A way to schedule a task. */
	private interface Scheduling {

		Future<?> schedule(TaskScheduler scheduler, Runnable task);

	}

}
