package io.governance.boot.registry;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

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
 * @param drain Minimum time between telling that this instance leaves and removing it, in
 * which callers learn of it.
 * @param removalTimeout Maximum time that shutdown waits for the backend to be told that
 * this instance leaves, and to remove it.
 */
@ConfigurationProperties("governance.registry")
public record GovernanceRegistryProperties(@DefaultValue("true") boolean enabled, @Nullable String service,
		@DefaultValue List<String> backends, @DefaultValue Own instance, @DefaultValue("5s") Duration reconcileInterval,
		@DefaultValue("500ms") Duration drain, @DefaultValue("2s") Duration removalTimeout) {

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
	 * @param metadata Anything else that others should know of this instance.
	 */
	public record Own(@Nullable String id, @Nullable String host, @Nullable Integer port, @Nullable Boolean secure,
			@DefaultValue("") String zone, @DefaultValue("") String version, @DefaultValue(Instance.STABLE) String lane,
			@DefaultValue("100") int weight, @DefaultValue Map<String, String> metadata) {
	}

}
