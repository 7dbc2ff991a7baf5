package io.governance.loadbalancer;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Builds a {@link ServiceBalancer}. Not thread-safe.
 */
public final class ServiceBalancerBuilder {

	final String service;

	final LoadBalancer loadBalancer;

	String zone = "";

	String client = "";

	LanePolicy policy = LanePolicy.DEFAULT;

	LoadBalancerSettings settings = LoadBalancerSettings.DEFAULTS;

	Map<String, String> algorithmSettings = Map.of();

	LongSupplier ticker = System::nanoTime;

	InstantSource instants = InstantSource.system();

	RandomGenerator random = PerThreadRandom.INSTANCE;

	Executor executor = Runnable::run;

	BalancerListener listener = BalancerListener.NONE;

	CallObserver calls = CallObserver.NONE;

	ServiceBalancerBuilder(String service, LoadBalancer loadBalancer) {
		this.service = service;
		this.loadBalancer = loadBalancer;
	}

	/**
	 * Sets the zone of the caller.
	 * @param zone the zone; empty if not known, as by default
	 * @return this builder
	 */
	public ServiceBalancerBuilder zone(String zone) {
		this.zone = zone;
		return this;
	}

	/**
	 * Sets what distinguishes this caller from the others of its service, for subsets.
	 * @param client a name that stays, such as the id of the own instance
	 * @return this builder
	 */
	public ServiceBalancerBuilder client(String client) {
		this.client = client;
		return this;
	}

	/**
	 * Sets what happens to calls of lanes without instances.
	 * @param policy the policy
	 * @return this builder
	 */
	public ServiceBalancerBuilder lanes(LanePolicy policy) {
		this.policy = policy;
		return this;
	}

	/**
	 * Sets which instances calls may go to.
	 * @param settings the settings
	 * @return this builder
	 */
	public ServiceBalancerBuilder settings(LoadBalancerSettings settings) {
		this.settings = settings;
		return this;
	}

	/**
	 * Sets the algorithm's settings.
	 * @param settings by name
	 * @return this builder
	 */
	public ServiceBalancerBuilder algorithmSettings(Map<String, String> settings) {
		this.algorithmSettings = Map.copyOf(settings);
		return this;
	}

	/**
	 * Sets the clock for durations.
	 * @param ticker the time in nanoseconds, as {@link System#nanoTime()}
	 * @return this builder
	 */
	public ServiceBalancerBuilder ticker(LongSupplier ticker) {
		this.ticker = ticker;
		return this;
	}

	/**
	 * Sets the clock that instances' start times are held against.
	 * @param instants the clock
	 * @return this builder
	 */
	public ServiceBalancerBuilder clock(InstantSource instants) {
		this.instants = instants;
		return this;
	}

	/**
	 * Sets the source of randomness.
	 * @param random thread-safe
	 * @return this builder
	 */
	public ServiceBalancerBuilder random(RandomGenerator random) {
		this.random = random;
		return this;
	}

	/**
	 * Sets who computes groups anew after an ejection, and tells the listener. By default
	 * the thread of the call that led to it.
	 * @param executor may refuse; what is ejected is not picked all the same
	 * @return this builder
	 */
	public ServiceBalancerBuilder executor(Executor executor) {
		this.executor = executor;
		return this;
	}

	/**
	 * Sets who is told of ejections and panic.
	 * @param listener the listener
	 * @return this builder
	 */
	public ServiceBalancerBuilder listener(BalancerListener listener) {
		this.listener = listener;
		return this;
	}

	/**
	 * Sets who is told of each call to an instance.
	 * @param observer the observer
	 * @return this builder
	 */
	public ServiceBalancerBuilder calls(CallObserver observer) {
		this.calls = observer;
		return this;
	}

	/**
	 * Builds the balancer, which knows no instance yet.
	 * @return the balancer
	 */
	public ServiceBalancer build() {
		return new ServiceBalancer(this);
	}

}
