package io.governance.loadbalancer;

import java.io.IOException;
import java.time.Duration;

import io.governance.registry.Instance;

/**
 * Asks an instance whether it is well. Thread-safe; called by few threads, one call for
 * one instance at a time.
 */
public interface HealthProbe {

	/**
	 * The name by which configuration chooses this probe.
	 * @return the name, such as {@code tcp}
	 */
	String name();

	/**
	 * Asks an instance. Blocks, and is interrupted if it does so for much longer than it
	 * may.
	 * @param instance the instance
	 * @param timeout how long it may take
	 * @throws IOException if the instance is not well; the message tells why, without
	 * secrets
	 * @throws InterruptedException if the thread is interrupted
	 */
	void probe(Instance instance, Duration timeout) throws IOException, InterruptedException;

}
