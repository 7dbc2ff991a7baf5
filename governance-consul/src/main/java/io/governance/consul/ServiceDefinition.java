package io.governance.consul;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import io.governance.Printable;
import io.governance.backend.support.InstanceAttributes;
import io.governance.config.ConfigDocument;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An instance as an agent takes it.
 */
final class ServiceDefinition {

	private static final Logger logger = LoggerFactory.getLogger(ServiceDefinition.class);

	private static final Duration MIN_DEREGISTER = Duration.ofMinutes(1);

	private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]{1,128}");

	private static final int MAX_VALUE = 512;

	private static final int MAX_ENTRIES = 64;

	private static final int MARK_LENGTH = 16;

	private final String namespace;

	private final ConsulSettings.RegistrationSettings settings;

	ServiceDefinition(String namespace, ConsulSettings.RegistrationSettings settings) {
		this.namespace = namespace;
		this.settings = settings;
		Duration after = settings.deregisterCriticalServiceAfter();
		if (!after.isZero() && after.compareTo(MIN_DEREGISTER) < 0) {
			logger.warn(
					"governance.consul.registration.deregister-critical-service-after is {}: Consul allows no less than 1m, which is used",
					ConsulSettings.text(after));
		}
	}

	/** The id at the agent, which has one name space for all services. */
	String id(String service, String instanceId) {
		return this.namespace + "/" + service + "/" + instanceId;
	}

	/** The id of the check at the agent. */
	String checkId(String service, String instanceId) {
		return "governance:" + id(service, instanceId);
	}

	boolean hasTtl() {
		return this.settings.check() == ConsulSettings.CheckType.TTL;
	}

	/**
	 * Whether the agent is told to keep callers away, since no check of the instance does
	 * so: one that failed would have the agent remove an instance that lives.
	 */
	static boolean isMaintained(InstanceStatus status) {
		return !status.takesCalls();
	}

	/**
	 * The instance as JSON.
	 * @param instance the instance
	 * @return the body of its registration
	 * @throws IllegalArgumentException if Consul can never hold it
	 */
	String json(Instance instance) {
		Map<String, String> metadata = InstanceAttributes.toMetadata(instance);
		metadata.put(InstanceAttributes.NAMESPACE, this.namespace);
		if (instance.weight() == 0) {
			metadata.put(InstanceAttributes.WEIGHT, "0");
		}
		check(instance, metadata);
		ObjectNode json = ConsulJson.object()
			.put("ID", id(instance.service(), instance.id()))
			.put("Name", instance.service())
			.put("Address", instance.host())
			.put("Port", instance.port());
		ArrayNode tags = json.putArray("Tags").add(ConsulDiscovery.NAMESPACE_TAG + this.namespace);
		this.settings.tags().forEach(tags::add);
		ownTags(instance).forEach(tags::add);
		ObjectNode meta = json.putObject("Meta");
		metadata.forEach(meta::put);
		int weight = Math.max(1, instance.weight());
		json.putObject("Weights").put("Passing", weight).put("Warning", weight);
		if (this.settings.check() != ConsulSettings.CheckType.NONE) {
			String mark = mark(ConsulJson.write(json));
			putCheck(json.putObject("Check").put("Notes", "Registration " + mark), instance);
		}
		return ConsulJson.write(json);
	}

	/** Those of this instance alone, which others find among its metadata. */
	private static List<String> ownTags(Instance instance) {
		String tags = instance.metadata().getOrDefault("tags", "");
		return Arrays.stream(tags.split(","))
			.map(String::strip)
			.filter((tag) -> !tag.isEmpty() && !tag.startsWith(ConsulDiscovery.NAMESPACE_TAG))
			.toList();
	}

	private static void check(Instance instance, Map<String, String> metadata) {
		if (metadata.size() > MAX_ENTRIES) {
			throw new IllegalArgumentException("Instance '" + instance.id() + "' has " + metadata.size()
					+ " entries of metadata with its own attributes: Consul takes " + MAX_ENTRIES);
		}
		metadata.forEach((key, value) -> {
			if (!KEY.matcher(key).matches()) {
				throw new IllegalArgumentException("Metadata key '" + Printable.of(key) + "' of instance '"
						+ instance.id() + "' is not one that Consul takes: use up to 128 letters, digits, '_' or '-'");
			}
			int bytes = value.getBytes(StandardCharsets.UTF_8).length;
			if (bytes > MAX_VALUE) {
				throw new IllegalArgumentException("Metadata '" + key + "' of instance '" + instance.id() + "' has "
						+ bytes + " bytes: Consul takes " + MAX_VALUE);
			}
		});
	}

	/**
	 * Tells registrations apart: so whoever watches all checks sees that one has changed.
	 */
	private static String mark(String registration) {
		return ConfigDocument.digestOf(registration.getBytes(StandardCharsets.UTF_8)).substring(0, MARK_LENGTH);
	}

	/** What a check says until it is first told, or looks for itself. */
	private static String firstWord(InstanceStatus status) {
		return switch (status) {
			// Before there can be maintenance, nobody calls it, either.
			case DOWN -> "critical";
			case WARNING -> "warning";
			default -> "passing";
		};
	}

	private void putCheck(ObjectNode check, Instance instance) {
		check.put("CheckID", checkId(instance.service(), instance.id()))
			.put("Name", "Instance " + instance.id() + " of " + instance.service())
			.put("Status", firstWord(instance.status()));
		Duration after = this.settings.deregisterCriticalServiceAfter();
		if (!after.isZero()) {
			Duration allowed = (after.compareTo(MIN_DEREGISTER) < 0) ? MIN_DEREGISTER : after;
			check.put("DeregisterCriticalServiceAfter", ConsulSettings.text(allowed));
		}
		if (hasTtl()) {
			check.put("TTL", ConsulSettings.text(this.settings.ttl()));
			return;
		}
		check.put("Interval", ConsulSettings.text(this.settings.interval()))
			.put("Timeout", ConsulSettings.text(this.settings.timeout()));
		String host = (instance.host().indexOf(':') >= 0 && !instance.host().startsWith("["))
				? "[" + instance.host() + "]" : instance.host();
		String address = host + ":" + instance.port();
		switch (this.settings.check()) {
			case HTTP -> {
				int port = (this.settings.httpPort() != 0) ? this.settings.httpPort() : instance.port();
				check.put("HTTP",
						(instance.secure() ? "https://" : "http://") + host + ":" + port + this.settings.httpPath());
			}
			case TCP -> check.put("TCP", address);
			default -> {
				String service = this.settings.grpcService();
				String target = host + ":" + instance.grpcPort();
				check.put("GRPC", service.isEmpty() ? target : target + "/" + service)
					.put("GRPCUseTLS", instance.secure());
			}
		}
	}

}
