package io.governance.registry;

import java.util.List;
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
	 * Asks the server for the instances of a service anew, so that what a watch has told
	 * can be held against it. Blocks for no longer than the backend's own deadline.
	 * <p>
	 * By default the first list of a new watch, which is no better than what the backend
	 * keeps for watches that there are: a backend that keeps something asks its server.
	 * @param service the service, whether it exists or not
	 * @return all its instances, in the order of their ids; empty if there is none
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	default List<Instance> read(String service) {
		return FirstDelivery.of(this, service);
	}

	/**
	 * Ends all watches and frees what this discovery holds, within 5 seconds.
	 */
	@Override
	void close();

}
