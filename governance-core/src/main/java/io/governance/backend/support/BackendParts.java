package io.governance.backend.support;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a backend is made of and closes with itself. Thread-safe.
 */
public final class BackendParts implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(BackendParts.class);

	private final String backend;

	private final List<AutoCloseable> parts;

	private final AtomicBoolean closed = new AtomicBoolean();

	/**
	 * Creates the whole of some parts.
	 * @param backend the backend's name
	 * @param parts the parts, in the order in which they are closed
	 */
	public BackendParts(String backend, AutoCloseable... parts) {
		this.backend = backend;
		this.parts = List.of(parts);
	}

	/**
	 * Closes the parts one after the other, also where one of them fails. Closing twice
	 * does nothing.
	 */
	@Override
	public void close() {
		if (this.closed.getAndSet(true)) {
			return;
		}
		for (AutoCloseable part : this.parts) {
			try {
				part.close();
			}
			catch (Exception ex) {
				logger.warn("A part of backend '{}' could not be closed; the others are", this.backend, ex);
			}
		}
	}

}
