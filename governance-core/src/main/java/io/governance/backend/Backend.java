package io.governance.backend;

import java.util.Set;

import io.governance.config.ConfigSource;
import io.governance.config.ConfigStore;
import io.governance.lock.DistributedLock;
import io.governance.registry.Discovery;
import io.governance.registry.Registry;

/**
 * One backend: a server, a cluster or a directory. Hands out its SPIs, each always the
 * same object, made at first use; they share one client. Thread-safe.
 */
public interface Backend extends AutoCloseable {

	/**
	 * The name that it was created under, such as {@code consul}.
	 * @return the name
	 */
	String name();

	/**
	 * What it can do beyond what all can.
	 * @return the capabilities
	 */
	Set<Capability> capabilities();

	/**
	 * Its documents.
	 * @return the config store
	 */
	ConfigStore config();

	/**
	 * Documents that another library keeps on the same server in a way of its own, to be
	 * read only.
	 * @param layout the way, such as {@code spring-cloud-consul}
	 * @return the source, closed with the backend; its documentation tells how the
	 * documents are named
	 * @throws UnsupportedOperationException if the backend does not know that layout
	 */
	default ConfigSource config(String layout) {
		throw new UnsupportedOperationException(
				"Backend '" + name() + "' has no documents in the layout '" + layout + "'");
	}

	/**
	 * Where own instances are announced.
	 * @return the registry
	 */
	Registry registry();

	/**
	 * Where the instances of others are found.
	 * @return the discovery
	 */
	Discovery discovery();

	/**
	 * Locks between processes.
	 * @return the locks
	 * @throws UnsupportedOperationException if the backend does not declare
	 * {@link Capability#LOCK}
	 */
	DistributedLock lock();

	/**
	 * Ends all watches, leases, locks and threads within 5 seconds, also while the
	 * backend hangs. Instances that are still registered are left to their lease, which
	 * for a backend whose lease is its connection ends at once. Closing twice does
	 * nothing.
	 */
	@Override
	void close();

}
