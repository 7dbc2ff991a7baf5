package io.governance.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.Subscription;

/**
 * Tells lists on to whoever has to be told after somebody else. Thread-safe.
 */
public final class ServiceInstancesRelay {

	private static final Logger logger = LoggerFactory.getLogger(ServiceInstancesRelay.class);

	private final List<Consumer<? super ServiceInstances>> subscribers = new ArrayList<>();

	private @Nullable ServiceInstances last;

	/**
	 * Tells a list to all subscribers, and to those who come before the next one.
	 * @param instances the list
	 */
	public synchronized void tell(ServiceInstances instances) {
		this.last = instances;
		List.copyOf(this.subscribers).forEach((subscriber) -> tell(subscriber, instances));
	}

	private static void tell(Consumer<? super ServiceInstances> subscriber, ServiceInstances instances) {
		try {
			subscriber.accept(instances);
		}
		catch (RuntimeException | Error ex) {
			// Errors too: the others are to be told.
			logger.warn("A subscriber of service {} failed", instances.service(), ex);
		}
	}

	/**
	 * Tells the last list, if there was one, on the calling thread, and then all that
	 * come; one at a time, never an older one after a newer one.
	 * @param subscriber who is told; must be quick; what it throws is logged and ignored
	 * @return ends it
	 */
	public synchronized Subscription subscribe(Consumer<? super ServiceInstances> subscriber) {
		this.subscribers.add(subscriber);
		ServiceInstances last = this.last;
		if (last != null) {
			tell(subscriber, last);
		}
		return () -> unsubscribe(subscriber);
	}

	private synchronized void unsubscribe(Consumer<? super ServiceInstances> subscriber) {
		this.subscribers.remove(subscriber);
	}

}
