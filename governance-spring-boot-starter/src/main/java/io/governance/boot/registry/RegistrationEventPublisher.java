package io.governance.boot.registry;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.DaemonThreads;
import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationListener;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes each {@link RegistrationEvent} as an event of the application, in order, on a
 * thread of its own: a listener that blocks must not hold up the registration.
 */
final class RegistrationEventPublisher implements RegistrationListener, DisposableBean {

	private static final int MAX_WAITING = 1_000;

	private final ApplicationEventPublisher publisher;

	private final ThreadPoolExecutor thread;

	RegistrationEventPublisher(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
		this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING),
				new DaemonThreads("governance-registration-events"));
		this.thread.allowCoreThreadTimeOut(true);
	}

	@Override
	public void onEvent(RegistrationEvent event) {
		try {
			this.thread.execute(() -> this.publisher.publishEvent(event));
		}
		catch (RejectedExecutionException ex) {
			// The application ends, or its listeners do not come to an end.
		}
	}

	@Override
	public void destroy() {
		this.thread.shutdownNow();
	}

}
