package io.governance.boot.call;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.boot.loadbalancer.EndpointGate;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;
import io.governance.loadbalancer.Outcome;

/**
 * A circuit breaker for each instance that is called, kept as long as the instance is
 * known. Thread-safe; while all breakers of a service are closed, a choice costs one
 * look-up.
 */
final class InstanceBreakers implements EndpointGate {

	private static final Logger logger = LoggerFactory.getLogger(InstanceBreakers.class);

	private final Supplier<CallListener> listener;

	private final ConcurrentMap<String, Service> services = new ConcurrentHashMap<>();

	private Predicate<String> enabled;

	private BreakerSettings settings;

	/**
	 * Creates the breakers.
	 * @param enabled whether the instances of a service have breakers, by its name
	 * @param settings how they work
	 * @param listener gives who is told
	 */
	InstanceBreakers(Predicate<String> enabled, BreakerSettings settings, Supplier<CallListener> listener) {
		this.enabled = enabled;
		this.settings = settings;
		this.listener = listener;
	}

	/**
	 * Takes over other settings. Breakers that would work in another way now are
	 * forgotten, with what they have counted.
	 */
	synchronized void settings(Predicate<String> enabled, BreakerSettings settings) {
		this.enabled = enabled;
		this.settings = settings;
		this.services.entrySet()
			.removeIf((entry) -> entry.getValue().settings != settings
					|| entry.getValue().enabled != enabled.test(entry.getKey()));
	}

	@Override
	public @Nullable Predicate<Endpoint> closed(String service) {
		Service known = this.services.get(service);
		return (known != null && known.anyOpen) ? known : null;
	}

	@Override
	public void began(Endpoint endpoint) {
		String name = endpoint.instance().service();
		Service service = this.services.get(name);
		if (service == null) {
			service = first(name);
		}
		if (service.enabled && !endpoint.isReplaced()) {
			service.breaker(endpoint).began();
		}
	}

	private synchronized Service first(String name) {
		return this.services.computeIfAbsent(name, (key) -> new Service(this.enabled.test(key), this.settings));
	}

	@Override
	public void ended(Endpoint endpoint, long nanos, Outcome outcome) {
		Service service = this.services.get(endpoint.instance().service());
		Breaker breaker = (service != null) ? service.breakers.get(endpoint.stats()) : null;
		if (breaker != null && !endpoint.isReplaced()) {
			breaker.ended(nanos, outcome);
		}
	}

	@Override
	public void known(String name, List<Endpoint> endpoints) {
		Service service = this.services.get(name);
		if (service != null && !service.breakers.isEmpty()) {
			Map<InstanceStats, Endpoint> known = new HashMap<>();
			endpoints.forEach((endpoint) -> known.put(endpoint.stats(), endpoint));
			service.breakers.entrySet().removeIf((entry) -> {
				Endpoint now = known.get(entry.getKey());
				return now == null || !now.isSameProcess(entry.getValue().endpoint);
			});
			service.look();
		}
	}

	/** How many breakers of the instances of a service are in this state. */
	int count(String service, State state) {
		Service known = this.services.get(service);
		return (known == null) ? 0
				: (int) known.breakers.values()
					.stream()
					.filter((breaker) -> breaker.breaker.getState() == state)
					.count();
	}

	/** How many instances have a breaker, for tests. */
	int size() {
		return this.services.values().stream().mapToInt((service) -> service.breakers.size()).sum();
	}

	/** The instances of one service. */
	private final class Service implements Predicate<Endpoint> {

		private final boolean enabled;

		private final BreakerSettings settings;

		private final ConcurrentMap<InstanceStats, Breaker> breakers = new ConcurrentHashMap<>();

		private volatile boolean anyOpen;

		Service(boolean enabled, BreakerSettings settings) {
			this.enabled = enabled;
			this.settings = settings;
		}

		Breaker breaker(Endpoint endpoint) {
			Breaker breaker = this.breakers.get(endpoint.stats());
			return (breaker != null) ? breaker
					: this.breakers.computeIfAbsent(endpoint.stats(), (key) -> new Breaker(this, endpoint));
		}

		synchronized void look() {
			this.anyOpen = this.breakers.values()
				.stream()
				.anyMatch((breaker) -> breaker.breaker.getState() != State.CLOSED);
		}

		@Override
		public boolean test(Endpoint endpoint) {
			Breaker breaker = this.breakers.get(endpoint.stats());
			return breaker != null && breaker.keepsAway();
		}

	}

	/** The breaker of one instance, as long as that is the same process. */
	private final class Breaker {

		private final Endpoint endpoint;

		private final BreakerSettings settings;

		private final CircuitBreaker breaker;

		private final AtomicInteger trials = new AtomicInteger();

		private final AtomicInteger trialsUnderWay = new AtomicInteger();

		/** The time of the last transition. */
		private volatile long since;

		Breaker(Service service, Endpoint endpoint) {
			this.endpoint = endpoint;
			this.settings = service.settings;
			this.breaker = CircuitBreaker.of(endpoint.instance().id(), this.settings.config());
			this.breaker.getEventPublisher().onStateTransition((event) -> {
				this.trials.set(0);
				this.trialsUnderWay.set(0);
				this.since = now();
				service.look();
				tell(endpoint, event.getStateTransition().getToState());
			});
		}

		private void tell(Endpoint endpoint, State state) {
			InstanceBreakers.this.listener.get().breaker(endpoint.instance().service(), true, state);
			if (state == State.OPEN) {
				logger.warn("Instance {} of service {} gets no calls for {} ms: too many failed", endpoint,
						endpoint.instance().service(), this.settings.openMillis());
			}
			else if (state == State.CLOSED) {
				logger.info("Instance {} of service {} gets calls again", endpoint, endpoint.instance().service());
			}
		}

		private long now() {
			return this.settings.config().getClock().millis();
		}

		boolean keepsAway() {
			return switch (this.breaker.getState()) {
				case OPEN -> now() - this.since <= this.settings.openMillis();
				// Trial calls that never end must not keep an instance away for ever.
				case HALF_OPEN -> this.trials.get() >= this.settings.config().getPermittedNumberOfCallsInHalfOpenState()
						&& now() - this.since <= this.settings.openMillis();
				case FORCED_OPEN -> true;
				default -> false;
			};
		}

		void began() {
			if (this.breaker.getState() != State.CLOSED) {
				this.breaker.tryAcquirePermission();
				if (this.breaker.getState() == State.HALF_OPEN) {
					this.trials.incrementAndGet();
					this.trialsUnderWay.incrementAndGet();
				}
			}
		}

		void ended(long nanos, Outcome outcome) {
			boolean trial = this.breaker.getState() == State.HALF_OPEN;
			if (trial && this.trialsUnderWay.getAndUpdate((calls) -> Math.max(0, calls - 1)) == 0) {
				// It has been under way since before the trial calls, which decide.
				return;
			}
			if (outcome != Outcome.CANCELLED) {
				this.breaker.onResult(nanos, TimeUnit.NANOSECONDS, outcome);
			}
			else if (trial) {
				this.breaker.releasePermission();
				this.trials.decrementAndGet();
			}
		}

	}

}
