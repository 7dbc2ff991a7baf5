package io.governance.nacos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.backend.support.InstanceAttributes;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;

/**
 * Instances as Nacos knows them. Its weight 1 is our 100. Whoever takes no calls has the
 * weight 0 there, so that foreign callers leave it out, and tells its status and its own
 * weight in its metadata; {@code enabled=false} would hide it from everybody.
 */
final class NacosInstances {

	/** The longest metadata that a server takes, keys and values together. */
	static final int MAX_METADATA = 1024;

	private static final Logger logger = LoggerFactory.getLogger(NacosInstances.class);

	private NacosInstances() {
	}

	/**
	 * What to register.
	 * @param instance the instance
	 * @param settings the cluster, and whether it ends with the connection
	 * @return a new object
	 * @throws IllegalArgumentException if the server would not take it
	 */
	static com.alibaba.nacos.api.naming.pojo.Instance toNacos(Instance instance, NacosSettings settings) {
		InstanceStatus status = instance.status();
		boolean away = status.isWithdrawn();
		Map<String, String> metadata = InstanceAttributes.toMetadata(instance);
		if (away) {
			metadata.put(InstanceAttributes.WEIGHT, Integer.toString(instance.weight()));
		}
		int size = metadata.entrySet()
			.stream()
			.mapToInt((entry) -> entry.getKey().length() + entry.getValue().length())
			.sum();
		if (size > MAX_METADATA) {
			throw new IllegalArgumentException("The metadata of instance '" + instance.id() + "' has " + size
					+ " characters, keys and what Governance adds included: Nacos takes " + MAX_METADATA);
		}
		com.alibaba.nacos.api.naming.pojo.Instance result = new com.alibaba.nacos.api.naming.pojo.Instance();
		result.setIp(instance.host());
		result.setPort(instance.port());
		result.setWeight(away ? 0 : instance.weight() / 100.0);
		result.setHealthy(status != InstanceStatus.DOWN);
		result.setEphemeral(settings.ephemeral());
		result.setClusterName(settings.cluster());
		result.setMetadata(metadata);
		return result;
	}

	/**
	 * What anybody has registered, as callers see it.
	 * @param service the service
	 * @param hosts its instances; not changed
	 * @return those that can be instances of ours, each id once, in the order of their
	 * ids
	 */
	static List<Instance> fromNacos(String service, List<com.alibaba.nacos.api.naming.pojo.Instance> hosts) {
		return read(service, hosts, (host) -> seen(service, host));
	}

	/**
	 * What has been registered. What the server's own checks find out, which are those of
	 * persistent instances, is left out: registering again would hide it until the next
	 * check. So is that an operator has disabled one, which registering does not change.
	 * @param service the service
	 * @param hosts its instances; not changed
	 * @param settings whether they end with the connection
	 * @return as {@link #fromNacos}
	 */
	static List<Instance> registered(String service, List<com.alibaba.nacos.api.naming.pojo.Instance> hosts,
			NacosSettings settings) {
		return read(service, hosts, (host) -> {
			Instance told = told(service, host);
			return (host.isHealthy() || !settings.ephemeral()) ? told : told.withStatus(InstanceStatus.DOWN);
		});
	}

	private static List<Instance> read(String service, List<com.alibaba.nacos.api.naming.pojo.Instance> hosts,
			Function<com.alibaba.nacos.api.naming.pojo.Instance, Instance> reader) {
		Map<String, Instance> instances = new TreeMap<>();
		for (com.alibaba.nacos.api.naming.pojo.Instance host : hosts) {
			try {
				Instance instance = reader.apply(host);
				// One that came back at another address may have left itself behind.
				instances.merge(instance.id(), instance,
						(one, other) -> (one.status() == InstanceStatus.DOWN) ? other : one);
			}
			catch (IllegalArgumentException ex) {
				logger.debug("An instance of service {} is left out: {}", service, ex.getMessage());
			}
		}
		List<Instance> result = new ArrayList<>(instances.values());
		result.sort(Comparator.comparing(Instance::id));
		return List.copyOf(result);
	}

	private static Instance seen(String service, com.alibaba.nacos.api.naming.pojo.Instance host) {
		Instance told = told(service, host);
		if (!host.isEnabled()) {
			return told.withStatus(InstanceStatus.OUT_OF_SERVICE);
		}
		return host.isHealthy() ? told : told.withStatus(InstanceStatus.DOWN);
	}

	/** In the status that its metadata tell, or up. */
	private static Instance told(String service, com.alibaba.nacos.api.naming.pojo.Instance host) {
		Map<String, String> metadata = new TreeMap<>();
		if (host.getMetadata() != null) {
			host.getMetadata().forEach((key, value) -> metadata.put(key, (value != null) ? value : ""));
		}
		Instance bare = Instance.of(service, host.getIp(), host.getPort()).build();
		Instance.Builder builder = attributes(bare, metadata);
		int weight = (int) Math.round(Math.min(Math.max(host.getWeight(), 0) * 100, Instance.MAX_WEIGHT));
		Instance told = builder.build();
		return (told.status().isWithdrawn() && weight == 0) ? told : builder.weight(weight).build();
	}

	private static Instance.Builder attributes(Instance bare, Map<String, String> metadata) {
		try {
			Instance.Builder builder = InstanceAttributes.fromMetadata(bare.service(), bare.host(), bare.port(),
					bare.id(), metadata);
			builder.build();
			return builder;
		}
		catch (IllegalArgumentException ex) {
			if (metadata.containsKey(InstanceAttributes.ID)) {
				throw ex;
			}
			// Others mean something of their own by them, but for TLS.
			logger.debug("The metadata of {} are left out: {}", bare.id(), ex.getMessage());
			return bare.toBuilder().secure(Boolean.parseBoolean(metadata.get(InstanceAttributes.SECURE)));
		}
	}

}
