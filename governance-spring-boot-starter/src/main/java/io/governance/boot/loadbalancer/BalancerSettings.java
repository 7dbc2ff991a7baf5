package io.governance.boot.loadbalancer;

import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties.HealthCheck;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties.Outlier;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties.OwnHealthCheck;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties.OwnOutlier;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties.OwnZone;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties.Service;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties.Zone;
import io.governance.loadbalancer.HealthCheckSettings;
import io.governance.loadbalancer.LoadBalancerSettings;
import io.governance.loadbalancer.OutlierSettings;
import io.governance.loadbalancer.ZoneSettings;

/**
 * The settings of each service: its own, and where it has none, those for all. Checked as
 * a whole when made. Immutable.
 */
final class BalancerSettings {

	private static final String PREFIX = "governance.loadbalancer.";

	private static final Service NOTHING = new Service(null, Map.of(), null, null, null, null, null, null, null);

	private static final OwnOutlier NO_OUTLIER = new OwnOutlier(null, null, null, null, null, null, null, null, null,
			null, null, null, null);

	private static final OwnZone NO_ZONE = new OwnZone(null, null, null);

	private static final OwnHealthCheck NO_CHECK = new OwnHealthCheck(null, null, null, null, null, null, null);

	private final GovernanceLoadBalancerProperties properties;

	/**
	 * Creates settings.
	 * @param properties the properties
	 * @throws InvalidSettingException if one of them is out of its range
	 */
	BalancerSettings(GovernanceLoadBalancerProperties properties) {
		this.properties = properties;
		settings(PREFIX, NOTHING);
		checks(PREFIX, NOTHING);
		properties.services().keySet().forEach((service) -> {
			settingsOf(service);
			checksOf(service);
		});
	}

	LoadBalancerSettings settingsOf(String service) {
		Service own = this.properties.services().get(service);
		return (own != null) ? settings(prefix(service), own) : settings(PREFIX, NOTHING);
	}

	Map<String, String> algorithmSettingsOf(String service) {
		return this.properties.settingsOf(service);
	}

	/** The probes of a service; of no use if {@link Checks#probe()} is {@code none}. */
	Checks checksOf(String service) {
		Service own = this.properties.services().get(service);
		return (own != null) ? checks(prefix(service), own) : checks(PREFIX, NOTHING);
	}

	static String prefix(String service) {
		return PREFIX + "services." + service + ".";
	}

	private LoadBalancerSettings settings(String prefix, Service own) {
		OutlierSettings outliers = checked(prefix + "outlier.", () -> outliers(or(own.outlier(), NO_OUTLIER)));
		ZoneSettings zone = checked(prefix + "zone.", () -> zone(or(own.zone(), NO_ZONE)));
		return checked(prefix,
				() -> new LoadBalancerSettings(outliers, or(own.panicPercent(), this.properties.panicPercent()), zone,
						or(own.subsetSize(), this.properties.subsetSize()),
						or(own.slowStart(), this.properties.slowStart())));
	}

	private OutlierSettings outliers(OwnOutlier own) {
		Outlier all = this.properties.outlier();
		return new OutlierSettings(or(own.enabled(), all.enabled()),
				or(own.consecutiveFailures(), all.consecutiveFailures()),
				or(own.warnConsecutiveFailures(), all.warnConsecutiveFailures()), or(own.interval(), all.interval()),
				or(own.minRequests(), all.minRequests()), or(own.minInstances(), all.minInstances()),
				or(own.deviations(), all.deviations()), or(own.warnDeviations(), all.warnDeviations()),
				or(own.tolerance(), all.tolerance()), or(own.maxEjectedPercent(), all.maxEjectedPercent()),
				or(own.baseTime(), all.baseTime()), or(own.maxTime(), all.maxTime()),
				or(own.returnTime(), all.returnTime()));
	}

	private ZoneSettings zone(OwnZone own) {
		Zone all = this.properties.zone();
		return new ZoneSettings(or(own.enabled(), all.enabled()), or(own.minInstances(), all.minInstances()),
				or(own.maxInFlight(), all.maxInFlight()));
	}

	private Checks checks(String prefix, Service service) {
		OwnHealthCheck own = or(service.healthCheck(), NO_CHECK);
		HealthCheck all = this.properties.healthCheck();
		HealthCheckSettings settings = checked(prefix + "health-check.",
				() -> new HealthCheckSettings(or(own.interval(), all.interval()), or(own.timeout(), all.timeout()),
						or(own.unhealthyAfter(), all.unhealthyAfter()), or(own.healthyAfter(), all.healthyAfter()),
						or(own.concurrency(), all.concurrency())));
		return new Checks(or(own.probe(), all.probe()), or(own.path(), all.path()), settings);
	}

	/** The messages of the core begin with the name of the setting. */
	private static <T> T checked(String prefix, Supplier<T> settings) {
		try {
			return settings.get();
		}
		catch (IllegalArgumentException ex) {
			String message = String.valueOf(ex.getMessage());
			int end = message.indexOf(' ');
			String property = prefix + message.substring(0, end).replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
			String problem = message.substring(end + 1);
			throw new InvalidSettingException(property, problem, "Set " + property + " within its range", ex);
		}
	}

	private static <T> T or(@Nullable T own, T all) {
		return (own != null) ? own : all;
	}

	/**
	 * How a service is probed.
	 *
	 * @param probe the name of the probe
	 * @param path the path for the probe {@code http}
	 * @param settings how often and so on
	 */
	record Checks(String probe, String path, HealthCheckSettings settings) {
	}

}
