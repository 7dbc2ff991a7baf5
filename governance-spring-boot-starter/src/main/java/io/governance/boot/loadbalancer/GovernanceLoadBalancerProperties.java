package io.governance.boot.loadbalancer;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the choice of an instance.
 *
 * @param enabled Whether Governance chooses the instances of calls by service name.
 * @param algorithm Name of the algorithm, such as 'round-robin' or 'random'.
 * @param settings Settings of the algorithm, by name.
 * @param affinityHeader Name of the request header whose value tells which calls belong
 * together, for 'consistent-hash'; empty for none.
 * @param panicPercent Share of a lane's instances in percent below which usable ones are
 * too few, so that all are called that have not been taken out on purpose; 0 for never.
 * @param subsetSize Number of instances of a lane and zone that this application calls; 0
 * for all.
 * @param slowStart Time in which a new instance gets its full share; 0 for at once.
 * @param outlier When instances are ejected for their failures.
 * @param zone How instances of the zone of this application are preferred.
 * @param healthCheck How instances are probed by this application.
 * @param services Settings of single services by name: any of the others but 'enabled',
 * which take the place of those for all services.
 */
@ConfigurationProperties("governance.loadbalancer")
public record GovernanceLoadBalancerProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("round-robin") String algorithm, @DefaultValue Map<String, String> settings,
		@DefaultValue("X-User-ID") String affinityHeader, @DefaultValue("50") int panicPercent,
		@DefaultValue("0") int subsetSize, @DefaultValue("30s") Duration slowStart, @DefaultValue Outlier outlier,
		@DefaultValue Zone zone, @DefaultValue HealthCheck healthCheck, @DefaultValue Map<String, Service> services) {

	String algorithmOf(String service) {
		Service own = this.services.get(service);
		return (own != null && own.algorithm() != null) ? own.algorithm() : this.algorithm;
	}

	String affinityHeaderOf(String service) {
		Service own = this.services.get(service);
		return (own != null && own.affinityHeader() != null) ? own.affinityHeader() : this.affinityHeader;
	}

	Map<String, String> settingsOf(String service) {
		Service own = this.services.get(service);
		if (own == null || own.settings().isEmpty()) {
			return this.settings;
		}
		Map<String, String> settings = new HashMap<>(this.settings);
		settings.putAll(own.settings());
		return Map.copyOf(settings);
	}

	/**
	 * When instances are ejected for their failures.
	 *
	 * @param enabled Whether instances are ejected at all.
	 * @param consecutiveFailures Failures in a row that eject an instance at once.
	 * @param warnConsecutiveFailures Failures in a row that warn.
	 * @param interval Time between two comparisons of success rates.
	 * @param minRequests Calls within an interval without which an instance is not
	 * compared.
	 * @param minInstances Number of compared instances of a lane without which none is
	 * ejected for its success rate.
	 * @param deviations Standard deviations below the mean success rate of the lane that
	 * eject an instance.
	 * @param warnDeviations Standard deviations below the mean success rate that warn.
	 * @param tolerance Difference between a success rate and the mean, 0 to 1, below
	 * which it does not count.
	 * @param maxEjectedPercent Largest share of a lane's instances in percent that may be
	 * ejected at a time; of two or more, one may always be, unless this is 0.
	 * @param baseTime Time that a first ejection lasts; the second one lasts twice as
	 * long, the third one three times, and so on.
	 * @param maxTime Longest time that an ejection lasts.
	 * @param returnTime Time in which an instance gets its full share again; 0 for at
	 * once.
	 */
	public record Outlier(@DefaultValue("true") boolean enabled, @DefaultValue("5") int consecutiveFailures,
			@DefaultValue("3") int warnConsecutiveFailures, @DefaultValue("10s") Duration interval,
			@DefaultValue("100") int minRequests, @DefaultValue("5") int minInstances,
			@DefaultValue("1.9") double deviations, @DefaultValue("1.4") double warnDeviations,
			@DefaultValue("0.05") double tolerance, @DefaultValue("50") int maxEjectedPercent,
			@DefaultValue("30s") Duration baseTime, @DefaultValue("5m") Duration maxTime,
			@DefaultValue("10s") Duration returnTime) {
	}

	/**
	 * How instances of the zone of this application are preferred.
	 *
	 * @param enabled Whether instances of the same zone are preferred. Nothing is
	 * preferred while 'governance.registry.instance.zone' is not set.
	 * @param minInstances Number of instances of the lane in the zone without which they
	 * are not preferred.
	 * @param maxInFlight Calls under way to an instance of the zone beyond which a call
	 * goes to another zone; 0 for no bound.
	 */
	public record Zone(@DefaultValue("true") boolean enabled, @DefaultValue("2") int minInstances,
			@DefaultValue("0") int maxInFlight) {
	}

	/**
	 * How instances are probed by this application.
	 *
	 * @param probe Name of the probe: 'none', 'tcp', 'http', 'grpc', or that of a
	 * HealthProbe bean.
	 * @param path Path that the probe 'http' asks for.
	 * @param interval Time between two probes of an instance.
	 * @param timeout Maximum time that a probe may take.
	 * @param unhealthyAfter Failed probes in a row after which an instance is avoided.
	 * @param healthyAfter Good probes in a row after which an avoided instance is called
	 * again.
	 * @param concurrency Number of probes of a service at a time.
	 */
	public record HealthCheck(@DefaultValue("none") String probe,
			@DefaultValue("/actuator/health/readiness") String path, @DefaultValue("5s") Duration interval,
			@DefaultValue("1s") Duration timeout, @DefaultValue("3") int unhealthyAfter,
			@DefaultValue("2") int healthyAfter, @DefaultValue("4") int concurrency) {
	}

	/**
	 * One service. What is not set is as for all services.
	 *
	 * @param algorithm Name of the algorithm for this service.
	 * @param settings Settings of the algorithm that take the place of those of the same
	 * name.
	 * @param affinityHeader See 'governance.loadbalancer.affinity-header'.
	 * @param panicPercent See 'governance.loadbalancer.panic-percent'.
	 * @param subsetSize See 'governance.loadbalancer.subset-size'.
	 * @param slowStart See 'governance.loadbalancer.slow-start'.
	 * @param outlier See 'governance.loadbalancer.outlier'.
	 * @param zone See 'governance.loadbalancer.zone'.
	 * @param healthCheck See 'governance.loadbalancer.health-check'.
	 */
	public record Service(@Nullable String algorithm, @DefaultValue Map<String, String> settings,
			@Nullable String affinityHeader, @Nullable Integer panicPercent, @Nullable Integer subsetSize,
			@Nullable Duration slowStart, @Nullable OwnOutlier outlier, @Nullable OwnZone zone,
			@Nullable OwnHealthCheck healthCheck) {
	}

	/**
	 * {@link Outlier} of one service.
	 *
	 * @param enabled See {@link Outlier}.
	 * @param consecutiveFailures See {@link Outlier}.
	 * @param warnConsecutiveFailures See {@link Outlier}.
	 * @param interval See {@link Outlier}.
	 * @param minRequests See {@link Outlier}.
	 * @param minInstances See {@link Outlier}.
	 * @param deviations See {@link Outlier}.
	 * @param warnDeviations See {@link Outlier}.
	 * @param tolerance See {@link Outlier}.
	 * @param maxEjectedPercent See {@link Outlier}.
	 * @param baseTime See {@link Outlier}.
	 * @param maxTime See {@link Outlier}.
	 * @param returnTime See {@link Outlier}.
	 */
	public record OwnOutlier(@Nullable Boolean enabled, @Nullable Integer consecutiveFailures,
			@Nullable Integer warnConsecutiveFailures, @Nullable Duration interval, @Nullable Integer minRequests,
			@Nullable Integer minInstances, @Nullable Double deviations, @Nullable Double warnDeviations,
			@Nullable Double tolerance, @Nullable Integer maxEjectedPercent, @Nullable Duration baseTime,
			@Nullable Duration maxTime, @Nullable Duration returnTime) {
	}

	/**
	 * {@link Zone} of one service.
	 *
	 * @param enabled See {@link Zone}.
	 * @param minInstances See {@link Zone}.
	 * @param maxInFlight See {@link Zone}.
	 */
	public record OwnZone(@Nullable Boolean enabled, @Nullable Integer minInstances, @Nullable Integer maxInFlight) {
	}

	/**
	 * {@link HealthCheck} of one service.
	 *
	 * @param probe See {@link HealthCheck}.
	 * @param path See {@link HealthCheck}.
	 * @param interval See {@link HealthCheck}.
	 * @param timeout See {@link HealthCheck}.
	 * @param unhealthyAfter See {@link HealthCheck}.
	 * @param healthyAfter See {@link HealthCheck}.
	 * @param concurrency See {@link HealthCheck}.
	 */
	public record OwnHealthCheck(@Nullable String probe, @Nullable String path, @Nullable Duration interval,
			@Nullable Duration timeout, @Nullable Integer unhealthyAfter, @Nullable Integer healthyAfter,
			@Nullable Integer concurrency) {
	}

}
