package io.governance.boot.discovery;

import java.time.Duration;

import org.springframework.util.ClassUtils;

import reactor.core.scheduler.Schedulers;

import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;

/**
 * Waits for the first list of a service's instances, on threads that may wait. Later
 * calls do not wait. Thread-safe.
 */
public final class FirstList {

	private static final boolean REACTOR = ClassUtils.isPresent("reactor.core.scheduler.Schedulers",
			FirstList.class.getClassLoader());

	private final ServiceDirectory directory;

	private final Duration timeout;

	/**
	 * Creates the waiting.
	 * @param directory the lists
	 * @param timeout how long to wait at most
	 */
	public FirstList(ServiceDirectory directory, Duration timeout) {
		this.directory = directory;
		this.timeout = timeout;
	}

	/**
	 * The instances of a service as they are known after the wait. Does not wait on an
	 * event loop: there they are what is known now.
	 * @param service the service
	 * @return the instances, perhaps not known
	 */
	public ServiceInstances get(String service) {
		return mustNotBlock() ? this.directory.instances(service) : this.directory.await(service, this.timeout);
	}

	/**
	 * How long is waited at most.
	 * @return the time
	 */
	public Duration timeout() {
		return this.timeout;
	}

	private static boolean mustNotBlock() {
		return REACTOR && Reactor.inNonBlockingThread();
	}

	/** Loaded only where there is Reactor. */
	private static final class Reactor {

		static boolean inNonBlockingThread() {
			return Schedulers.isInNonBlockingThread();
		}

	}

}
