package io.governance.config;

import java.util.Set;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;

/**
 * Reads documents of a backend and tells when they change. Thread-safe.
 */
public interface ConfigSource extends AutoCloseable {

	/**
	 * Reads documents as they are now, all at one revision where the backend can. Blocks
	 * for no longer than the backend's own deadline.
	 * <p>
	 * What a server that is starting has only half replayed is not read: the state is one
	 * that was once published, and none older than what this source has delivered.
	 * @param ids the documents to read, all in one namespace
	 * @return those that exist; an absent one is absent
	 * @throws IllegalArgumentException if they are in several namespaces
	 * @throws BackendUnavailableException if the backend cannot be asked: "unreachable"
	 * never looks like "absent"
	 */
	ConfigDocuments get(Set<DocumentId> ids);

	/**
	 * Delivers the documents as they are now and then after every change, each time the
	 * whole set as it is at one revision where the backend can. Returns at once and never
	 * throws for a backend that is down: the listener learns of it, and gets the current
	 * state when the backend is back.
	 * <p>
	 * Deliveries come one at a time, in order, never an older state after a newer one.
	 * Changes that follow each other closely, or that happen while the listener is busy,
	 * may be told as one. The watch survives every fault of the backend, and a listener
	 * that throws or blocks: it stalls nobody but itself.
	 * @param ids the documents to watch, whether they exist yet or not, all in one
	 * namespace
	 * @param listener who is told
	 * @return closes the watch
	 * @throws IllegalArgumentException if they are in several namespaces
	 */
	Subscription watch(Set<DocumentId> ids, ConfigListener listener);

	/**
	 * Ends all watches and frees what this source holds. Bounded in time, also while the
	 * backend hangs.
	 */
	@Override
	void close();

}
