package io.governance.registry;

import java.util.Set;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;

/**
 * Where the instances of services are found. Tells the truth of the server, also when it
 * is empty; guarding against what looks wrong is up to the {@link ServiceDirectory}.
 * Thread-safe.
 */
public interface Discovery extends AutoCloseable {

	/**
	 * The services that have an instance; one that has just lost its last may still be
	 * named. Blocks for no longer than the backend's own deadline.
	 * @return their names
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	Set<String> services();

	/**
	 * Delivers the instances of a service as they are now and then after every change, in
	 * whatever status they are. Returns at once and never throws for a backend that is
	 * down.
	 * <p>
	 * Deliveries come one at a time, in order, never an older state after a newer one;
	 * changes that follow each other closely may be told as one. "Unreachable" is never
	 * delivered as an empty list. The watch survives every fault of the backend, and a
	 * listener that throws or blocks: it stalls nobody but itself.
	 * @param service the service, whether it exists yet or not
	 * @param listener who is told
	 * @return closes the watch
	 */
	Subscription watch(String service, InstancesListener listener);

	/**
	 * Ends all watches and frees what this discovery holds, within 5 seconds.
	 */
	@Override
	void close();

}
