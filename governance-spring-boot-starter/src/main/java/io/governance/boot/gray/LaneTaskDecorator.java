package io.governance.boot.gray;

import org.springframework.core.task.TaskDecorator;

import io.governance.gray.GrayDecision;

/**
 * Takes the decision about a request along to the thread that runs a task of it. Put into
 * Spring Boot's executors and schedulers by Spring Boot itself; give it to those of your
 * own. Thread-safe; a task of no request costs nothing.
 */
public final class LaneTaskDecorator implements TaskDecorator {

	/** Creates a decorator. */
	public LaneTaskDecorator() {
	}

	@Override
	public Runnable decorate(Runnable task) {
		GrayDecision decision = GrayDecision.current();
		return (decision == GrayDecision.STABLE) ? task : () -> {
			GrayDecision.Scope scope = decision.open();
			try {
				task.run();
			}
			finally {
				scope.close();
			}
		};
	}

}
