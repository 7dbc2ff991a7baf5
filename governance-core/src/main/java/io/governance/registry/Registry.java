package io.governance.registry;

import java.util.List;

import io.governance.BackendUnavailableException;

/**
 * Where own instances are announced. Keeps the leases of what was put, as long as the
 * process lives; whatever else goes wrong is found and mended by the
 * {@link RegistrationKeeper}. Thread-safe; calls block for no longer than the backend's
 * own deadline.
 */
public interface Registry extends AutoCloseable {

	/**
	 * Announces all own instances of one service as they are now. Idempotent; an instance
	 * that was put before and is not named any more stays as it is.
	 * @param service the service
	 * @param own all instances of it that this process runs
	 * @throws IllegalArgumentException if the backend can never hold such an instance,
	 * naming the part, such as a metadata key or two instances on one port
	 * @throws BackendUnavailableException if the backend cannot be asked or refuses
	 */
	void put(String service, List<Instance> own);

	/**
	 * Withdraws an instance. Does nothing if it is not there.
	 * @param service the service
	 * @param instanceId the instance
	 * @throws BackendUnavailableException if the backend cannot be asked or refuses
	 */
	void remove(String service, String instanceId);

	/**
	 * What the server itself holds now, not what a client remembers. What the server's
	 * own checks find out may be left out, where putting an instance again would only
	 * hide it, and so may what an operator has set there, where that wins in any case.
	 * @param service the service
	 * @return the instances that this process has put and that are still there, as others
	 * see them
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	List<Instance> observe(String service);

	/**
	 * Ends all leases' renewal and frees what this registry holds, within 5 seconds.
	 * Removes nothing.
	 */
	@Override
	void close();

}
