package io.governance.boot.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.governance.boot.CheckedProperties;
import io.governance.boot.InvalidSettingException;
import io.governance.registry.Instance;

/**
 * Properties of the registration of this application.
 *
 * @param enabled Whether this application registers itself.
 * @param service Name that other services call this application by. By default
 * 'spring.application.name'.
 * @param backends Names of the backends that this application registers in, all at once.
 * By default that of 'governance.backend'.
 * @param instance Description of this instance.
 * @param reconcileInterval Time between two comparisons of what the backend holds with
 * what it should hold.
 * @param health What the registry is told of the health of this application.
 * @param drain Time between telling that this instance leaves and removing it.
 * @param removalTimeout Maximum time that shutdown waits for the backend to be told that
 * this instance leaves, and to remove it.
 */
@ConfigurationProperties("governance.registry")
public record GovernanceRegistryProperties(@DefaultValue("true") boolean enabled, @Nullable String service,
		@DefaultValue List<String> backends, @DefaultValue Own instance, @DefaultValue("5s") Duration reconcileInterval,
		@DefaultValue Health health, @DefaultValue Drain drain,
		@DefaultValue("2s") Duration removalTimeout) implements CheckedProperties {

	@Override
	public void check() {
		positive("reconcile-interval", this.reconcileInterval, "5s");
		positive("removal-timeout", this.removalTimeout, "2s");
		positive("health.interval", this.health.interval(), "5s");
	}

	private static void positive(String name, Duration time, String example) {
		if (time.isZero() || time.isNegative()) {
			String property = "governance.registry." + name;
			throw new InvalidSettingException(property, "must be more than nothing",
					"Set " + property + " to a time such as " + example, null);
		}
	}

	/**
	 * What the registry is told of the health of this application.
	 *
	 * @param mirror Whether this instance is told to be DOWN while the application is
	 * DOWN or OUT_OF_SERVICE by its own health indicators.
	 * @param group Health group that counts. All indicators if it is not set.
	 * @param interval Time between two looks at the health.
	 */
	public record Health(@DefaultValue("false") boolean mirror, @Nullable String group,
			@DefaultValue("5s") Duration interval) {
	}

	/**
	 * Time between telling that this instance leaves and removing it.
	 *
	 * @param minTime Minimum time between telling callers that this instance leaves and
	 * removing it.
	 * @param quietPeriod Time without any request, but for probes, after which this
	 * instance may leave.
	 * @param timeout Maximum time, after which this instance leaves although requests
	 * still come.
	 * @param probePaths Paths of requests that do not count, besides those of Actuator,
	 * with everything below them.
	 */
	public record Drain(@DefaultValue("500ms") Duration minTime, @DefaultValue("500ms") Duration quietPeriod,
			@DefaultValue("10s") Duration timeout, @DefaultValue List<String> probePaths) {
	}

	/**
	 * This instance.
	 *
	 * @param id Id of this instance, unique within the service. By default made of
	 * service, host and port.
	 * @param host Host name or IP address that other services reach this instance at. By
	 * default 'server.address', else the loopback address on the local backend, else the
	 * first address of this machine that is not the loopback address.
	 * @param port Port that other services reach this instance at. By default the port
	 * that the web server listens on.
	 * @param secure Whether this instance speaks TLS. By default as the web server is
	 * configured.
	 * @param zone Zone that this instance runs in.
	 * @param version Version of this instance.
	 * @param lane Lane that this instance serves.
	 * @param weight Share of the calls relative to other instances, 0 to 10000.
	 * @param tags Tags of this instance, for other services and for tools. In Consul they
	 * are the tags of the service.
	 * @param metadata Anything else that others should know of this instance.
	 */
	public record Own(@Nullable String id, @Nullable String host, @Nullable Integer port, @Nullable Boolean secure,
			@DefaultValue("") String zone, @DefaultValue("") String version, @DefaultValue(Instance.STABLE) String lane,
			@DefaultValue("100") int weight, @DefaultValue List<String> tags,
			@DefaultValue Map<String, String> metadata) {
	}

}
