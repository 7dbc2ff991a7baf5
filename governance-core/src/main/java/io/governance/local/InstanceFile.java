package io.governance.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the file of an instance says. When its lease was renewed is the file's time of
 * modification, so that renewing neither writes nor makes anybody read.
 *
 * @param instance the instance
 * @param lease how long it stays listed after its last renewal
 * @param owner who renews it; empty if it does not say
 */
record InstanceFile(Instance instance, Duration lease, String owner) {

	private static final String EXTENSION = ".json";

	private static final int MAX_BYTES = 64 * 1024;

	private static final long MAX_LEASE_MILLIS = Duration.ofMinutes(5).toMillis();

	static String nameOf(String instanceId) {
		return FileNames.encode(instanceId) + EXTENSION;
	}

	static Optional<String> idOf(String fileName) {
		return fileName.endsWith(EXTENSION)
				? FileNames.decode(fileName.substring(0, fileName.length() - EXTENSION.length())) : Optional.empty();
	}

	byte[] toJson() {
		ObjectNode json = LocalJson.MAPPER.createObjectNode();
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
		return LocalJson.MAPPER.writeValueAsBytes(json);
	}

	/**
	 * Reads a file that anybody may have written.
	 * @param file the file
	 * @param service the service that it must be of
	 * @param id the instance that it must be of
	 * @return what it says
	 * @throws IOException if it cannot be read
	 * @throws IllegalArgumentException if it says nothing valid
	 */
	static InstanceFile read(Path file, String service, String id) throws IOException {
		byte[] content;
		try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
			content = in.readNBytes(MAX_BYTES + 1);
		}
		if (content.length > MAX_BYTES) {
			throw new FileSystemException(file.toString(), null, "is larger than " + MAX_BYTES + " bytes");
		}
		try {
			InstanceFile read = of(LocalJson.MAPPER.readTree(content));
			if (!read.instance.service().equals(service) || !read.instance.id().equals(id)) {
				throw new IllegalArgumentException("The file belongs to another instance");
			}
			return read;
		}
		catch (JacksonException ex) {
			throw new IllegalArgumentException("Not JSON of an instance: " + ex.getOriginalMessage());
		}
	}

	private static InstanceFile of(JsonNode json) {
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
		if (lease < 1 || lease > MAX_LEASE_MILLIS) {
			throw new IllegalArgumentException("leaseMillis is not 1 to " + MAX_LEASE_MILLIS);
		}
		return new InstanceFile(instance, Duration.ofMillis(lease), json.path("owner").asString(""));
	}

}
