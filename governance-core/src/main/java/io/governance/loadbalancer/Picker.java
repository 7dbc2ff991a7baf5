package io.governance.loadbalancer;

import org.jspecify.annotations.Nullable;

/**
 * Picks one of the endpoints it was built for. Thread-safe.
 */
@FunctionalInterface
public interface Picker {

	/**
	 * Picks an endpoint for a call. Takes no lock, does no I/O and allocates nothing.
	 * Picking says nothing about the call being made: {@link Endpoint#begin()} does.
	 * @param request what is known of the call; {@link PickRequest#ANY} if nothing is
	 * @return the endpoint, or {@code null} if there is none
	 */
	@Nullable Endpoint pick(PickRequest request);

}
