package io.governance.boot.registry;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;

/**
 * Takes this instance out when its application begins to close: before schedulers, which
 * stop at the same event, and before everything that stops in the phase which beans are
 * in by default. Requests that come until callers have left find all of it working.
 */
final class LeavesFirst implements ApplicationListener<ContextClosedEvent>, Ordered {

	private final InstanceRegistrar registrar;

	private final ApplicationContext context;

	LeavesFirst(InstanceRegistrar registrar, ApplicationContext context) {
		this.registrar = registrar;
		this.context = context;
	}

	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext() == this.context) {
			this.registrar.stop();
		}
	}

	@Override
	public boolean supportsAsyncExecution() {
		return false;
	}

	/** Whoever tells probes that this instance leaves may come before. */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 100;
	}

}
