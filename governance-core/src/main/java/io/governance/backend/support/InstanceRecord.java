package io.governance.backend.support;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An instance as JSON, for a backend that has no form of its own for it.
 *
 * @param instance the instance
 * @param lease how long it stays listed after its last renewal, 1 ms to 5 min
 * @param owner who renews it; empty if it does not say
 */
public record InstanceRecord(Instance instance, Duration lease, String owner) {

	/** The longest lease. */
	public static final Duration MAX_LEASE = Duration.ofMinutes(5);

	private static final int MAX_BYTES = 64 * 1024;

	private static final JsonMapper MAPPER = JsonMapper.shared();

	/**
	 * The record as JSON.
	 * @return the text in UTF-8
	 */
	public byte[] toJson() {
		ObjectNode json = MAPPER.createObjectNode();
		json.put("service", this.instance.service());
		json.put("id", this.instance.id());
		json.put("host", this.instance.host());
		json.put("port", this.instance.port());
		json.put("secure", this.instance.secure());
		json.put("status", this.instance.status().name());
		json.put("zone", this.instance.zone());
		json.put("version", this.instance.version());
		json.put("lane", this.instance.lane());
		json.put("weight", this.instance.weight());
		ObjectNode metadata = json.putObject("metadata");
		this.instance.metadata().forEach(metadata::put);
		json.put("leaseMillis", this.lease.toMillis());
		json.put("owner", this.owner);
		return MAPPER.writeValueAsBytes(json);
	}

	/**
	 * Reads what anybody may have written.
	 * @param json the text in UTF-8
	 * @param service the service that it must be of
	 * @param id the instance that it must be of
	 * @return the record
	 * @throws IllegalArgumentException if it is not one of that instance
	 */
	public static InstanceRecord parse(byte[] json, String service, String id) {
		if (json.length > MAX_BYTES) {
			throw new IllegalArgumentException("Larger than " + MAX_BYTES + " bytes");
		}
		try {
			InstanceRecord read = of(MAPPER.readTree(json));
			if (!read.instance.service().equals(service) || !read.instance.id().equals(id)) {
				throw new IllegalArgumentException("It belongs to another instance");
			}
			return read;
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("Not JSON of an instance: " + ex.getOriginalMessage());
		}
	}

	private static InstanceRecord of(JsonNode json) {
		Map<String, String> metadata = new TreeMap<>();
		json.path("metadata")
			.properties()
			.forEach((entry) -> metadata.put(entry.getKey(), entry.getValue().asString()));
		Instance instance = new Instance(json.path("service").asString(""), json.path("id").asString(""),
				json.path("host").asString(""), json.path("port").asInt(0), json.path("secure").asBoolean(false),
				InstanceStatus.valueOf(json.path("status").asString(InstanceStatus.UP.name())),
				json.path("zone").asString(""), json.path("version").asString(""), json.path("lane").asString(""),
				json.path("weight").asInt(Instance.DEFAULT_WEIGHT), metadata);
		long lease = json.path("leaseMillis").asLong(0);
		if (lease < 1 || lease > MAX_LEASE.toMillis()) {
			throw new IllegalArgumentException("leaseMillis is not 1 to " + MAX_LEASE.toMillis());
		}
		return new InstanceRecord(instance, Duration.ofMillis(lease), json.path("owner").asString(""));
	}

}
