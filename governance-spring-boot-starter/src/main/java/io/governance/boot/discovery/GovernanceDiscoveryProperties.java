package io.governance.boot.discovery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

import io.governance.boot.CheckedProperties;

/**
 * Properties of the discovery of other services.
 *
 * @param enabled Whether other services are discovered.
 * @param timeout Maximum time that the first call to a service waits for the list of its
 * instances, and the start of this application for those of eager services.
 * @param backends Names of the backends that services are looked for in, all at once; of
 * several that know an instance, the first describes it. By default that of
 * 'governance.backend'. The name 'static' stands for the static instances.
 * @param eager Names of services that are known before this application is ready, rather
 * than at the first call.
 * @param fixed Static instances of services, by the name of the service, as URLs such as
 * 'http://10.0.0.7:8080' or 'http://10.0.0.7:8080?zone=a'.
 * @param fallback Where a service is looked for while no instance of it that could be
 * called is known, in this order.
 * @param vetAddresses Whether instances at addresses where no service is, such as
 * link-local ones and those of the metadata services of clouds, are left out.
 * @param guard When a list of instances that shrinks is doubted.
 * @param cache Last lists of instances, kept on disk.
 */
@ConfigurationProperties("governance.discovery")
public record GovernanceDiscoveryProperties(@DefaultValue("true") boolean enabled, @DefaultValue("2s") Duration timeout,
		@DefaultValue List<String> backends, @DefaultValue List<String> eager,
		@Name("static") @DefaultValue Map<String, List<String>> fixed, @DefaultValue List<Fallback> fallback,
		@DefaultValue("true") boolean vetAddresses, @DefaultValue Guard guard,
		@DefaultValue Cache cache) implements CheckedProperties {

	@Override
	public void check() {
		DirectoryPlan.check(this);
	}

	/**
	 * Where a service is looked for while there is no instance of it.
	 *
	 * @param backend Name of the backend; by default that of 'governance.backend'.
	 * @param namespace Namespace; by default that of this application.
	 */
	public record Fallback(@Nullable String backend, @Nullable String namespace) {
	}

	/**
	 * When a list of instances that shrinks is doubted.
	 *
	 * @param share Share of the instances of a service that may be gone at once without
	 * having said that they leave. If more are, they are kept until the backend confirms
	 * it; 1 believes every list.
	 * @param minInstances Number of instances up to which a service is not doubted,
	 * unless the backend was unreachable a moment ago.
	 * @param hold Minimum time that instances are kept in doubt, and what counts as at
	 * once. Longer than instances need to register again with a registry that has lost
	 * them.
	 */
	public record Guard(@DefaultValue("0.5") double share, @DefaultValue("5") int minInstances,
			@DefaultValue("10s") Duration hold) {
	}

	/**
	 * Last lists of instances, kept on disk.
	 *
	 * @param enabled Whether the last lists are kept on disk, readable by their owner
	 * only, for a start while the registry is down.
	 * @param directory Directory of the last lists of instances; by default 'instances'
	 * in 'governance.config.cache.directory', or in '.cache/governance' in the home
	 * directory of the user.
	 */
	public record Cache(@DefaultValue("true") boolean enabled, @Nullable Path directory) {
	}

}
