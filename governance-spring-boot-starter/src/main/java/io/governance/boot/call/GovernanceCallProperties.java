package io.governance.boot.call;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

import io.governance.boot.CheckedProperties;

/**
 * Properties of calls by service name.
 *
 * @param tryTimeout How long one try may take until its answer begins; 0 for no limit.
 * @param deadline How long a call may take with all its tries until its answer begins; 0
 * for no limit.
 * @param retry Tries on another instance.
 * @param breaker Circuit breakers.
 * @param services Settings of single services, by name.
 */
@ConfigurationProperties("governance.call")
public record GovernanceCallProperties(@DefaultValue("10s") Duration tryTimeout, @DefaultValue("30s") Duration deadline,
		@DefaultValue Retry retry, @DefaultValue Breaker breaker,
		@DefaultValue Map<String, Service> services) implements CheckedProperties {

	@Override
	public void check() {
		CallSettings.check(this);
	}

	/**
	 * Tries on another instance.
	 *
	 * @param enabled Whether a call that failed is tried on another instance where that
	 * does no harm.
	 * @param maxTries Most tries of one call, the first one included.
	 * @param methods Methods that may be carried out twice; what was not sent is tried
	 * again whatever its method.
	 * @param statuses Statuses of answers after which another instance is tried, for
	 * these methods.
	 * @param budget Share of retries in the traffic of a service, 0 to 1.
	 * @param minPerSecond Retries per second to a service that are allowed whatever its
	 * traffic.
	 * @param backoff Upper bound of the pause before an instance is tried a second time;
	 * doubles with each further try.
	 * @param maxBackoff Longest pause between two tries.
	 * @param readAhead Length up to which answers to these methods are read to their end
	 * before they are handed over, so that one that breaks off is tried again; 0 for
	 * none.
	 */
	public record Retry(@DefaultValue("true") boolean enabled, @DefaultValue("3") int maxTries, @DefaultValue( {
			"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE" }) Set<String> methods,
			@DefaultValue({ "502", "503", "504" }) Set<Integer> statuses, @DefaultValue("0.2") double budget,
			@DefaultValue("10") int minPerSecond, @DefaultValue("50ms") Duration backoff,
			@DefaultValue("1s") Duration maxBackoff, @DefaultValue("64KB") DataSize readAhead){
	}

	/**
	 * Circuit breakers.
	 *
	 * @param enabled Whether calls are kept from a service, and from each of its
	 * instances, while they keep failing.
	 * @param window Time over which failures are counted; whole seconds.
	 * @param minimumCalls Fewest calls within 'window' before a breaker opens.
	 * @param failureRate Percentage of failures at which a breaker opens.
	 * @param openFor How long a breaker stays open before it lets trial calls through.
	 * @param trialCalls Calls let through on trial, which decide whether it closes.
	 */
	public record Breaker(@DefaultValue("true") boolean enabled, @DefaultValue("10s") Duration window,
			@DefaultValue("3") int minimumCalls, @DefaultValue("50") float failureRate,
			@DefaultValue("60s") Duration openFor, @DefaultValue("3") int trialCalls) {
	}

	/**
	 * One service. What is not set is as for all services.
	 *
	 * @param tryTimeout How long one try may take until its answer begins; 0 for no
	 * limit.
	 * @param deadline How long a call may take with all its tries until its answer
	 * begins; 0 for no limit.
	 * @param retry Whether a call that failed is tried on another instance.
	 * @param maxTries Most tries of one call, the first one included.
	 * @param methods Methods that may be carried out twice.
	 * @param statuses Statuses of answers after which another instance is tried.
	 * @param breaker Whether calls are kept from the service and its instances while they
	 * keep failing.
	 */
	public record Service(@Nullable Duration tryTimeout, @Nullable Duration deadline, @Nullable Boolean retry,
			@Nullable Integer maxTries, @Nullable Set<String> methods, @Nullable Set<Integer> statuses,
			@Nullable Boolean breaker) {

		static final Service NONE = new Service(null, null, null, null, null, null, null);

	}

}
