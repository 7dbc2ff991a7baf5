package io.governance.boot.call;

import org.jspecify.annotations.Nullable;

/**
 * Tells of the circuit breakers over whole services. Thread-safe.
 */
public interface ServiceBreakers {

	/**
	 * The state of the circuit breaker of a service.
	 * @param service the service
	 * @return its state, such as {@code CLOSED}, {@code OPEN} or {@code HALF_OPEN};
	 * {@code null} if it has none, or was not called through this library's clients
	 */
	@Nullable String stateOf(String service);

}
