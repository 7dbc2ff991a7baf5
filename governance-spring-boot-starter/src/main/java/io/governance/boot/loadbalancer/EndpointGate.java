package io.governance.boot.loadbalancer;

import java.util.List;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.governance.loadbalancer.CallObserver;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * Stands before the instances, and keeps calls from those that keep failing. Told of
 * every call that is made through this application's load balancing. Thread-safe; on the
 * path of every call.
 */
public interface EndpointGate extends CallObserver {

	/** Lets every call through. */
	EndpointGate NONE = new EndpointGate() {

		@Override
		public @Nullable Predicate<Endpoint> closed(String service) {
			return null;
		}

		@Override
		public void began(Endpoint endpoint) {
		}

		@Override
		public void ended(Endpoint endpoint, long nanos, Outcome outcome) {
		}

		@Override
		public void known(String service, List<Endpoint> endpoints) {
		}

	};

	/**
	 * Which instances of a service take no calls now.
	 * @param service the service
	 * @return those that take none; {@code null} if all take calls
	 */
	@Nullable Predicate<Endpoint> closed(String service);

	/**
	 * The instances of a service have changed: what is known of others is to be
	 * forgotten.
	 * @param service the service
	 * @param endpoints all its instances
	 */
	void known(String service, List<Endpoint> endpoints);

}
