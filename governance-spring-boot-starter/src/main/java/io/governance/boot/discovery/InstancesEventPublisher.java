package io.governance.boot.discovery;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.governance.DaemonThreads;
import io.governance.registry.InstancesChanged;
import io.governance.registry.ServiceInstances;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes {@link InstancesChanged} as events of the application, on a thread of its
 * own: a listener that blocks must not hold up the lists. While the listeners are busy,
 * only the newest list of each service waits for them. Thread-safe.
 */
final class InstancesEventPublisher implements Consumer<ServiceInstances>, DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(InstancesEventPublisher.class);

	private final ApplicationEventPublisher publisher;

	private final ThreadPoolExecutor thread;

	private final Map<String, ServiceInstances> waiting = new LinkedHashMap<>();

	/** Whether the publisher's thread looks for what waits. */
	private boolean scheduled;

	/** Used by the publisher's thread only. */
	private final Map<String, ServiceInstances> published = new HashMap<>();

	InstancesEventPublisher(ApplicationEventPublisher publisher) {
		this(publisher, new DaemonThreads("governance-discovery-events"));
	}

	InstancesEventPublisher(ApplicationEventPublisher publisher, ThreadFactory threads) {
		this.publisher = publisher;
		this.thread = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
		this.thread.allowCoreThreadTimeOut(true);
	}

	@Override
	public void accept(ServiceInstances instances) {
		synchronized (this.waiting) {
			this.waiting.put(instances.service(), instances);
			if (this.scheduled) {
				return;
			}
			this.scheduled = true;
		}
		try {
			this.thread.execute(this::publish);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("The application ends", ex);
		}
		catch (Error ex) {
			// No thread could be made: the next list tries again.
			synchronized (this.waiting) {
				this.scheduled = false;
			}
			throw ex;
		}
	}

	private void publish() {
		for (ServiceInstances next = take(); next != null; next = take()) {
			ServiceInstances before = this.published.put(next.service(), next);
			InstancesChanged changed = InstancesChanged.between(
					(before != null) ? before : new ServiceInstances(next.service(), List.of(), false, true), next);
			if (before == null || !changed.isEmpty()) {
				publish(changed);
			}
		}
	}

	private @Nullable ServiceInstances take() {
		synchronized (this.waiting) {
			Iterator<ServiceInstances> first = this.waiting.values().iterator();
			if (!first.hasNext()) {
				this.scheduled = false;
				return null;
			}
			ServiceInstances next = first.next();
			first.remove();
			return next;
		}
	}

	private void publish(InstancesChanged changed) {
		try {
			this.publisher.publishEvent(changed);
		}
		catch (RuntimeException | Error ex) {
			logger.warn("A listener to changes of service {} failed", changed.service(), ex);
		}
	}

	@Override
	public void destroy() {
		this.thread.shutdownNow();
	}

}
