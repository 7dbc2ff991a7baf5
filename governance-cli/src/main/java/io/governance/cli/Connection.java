package io.governance.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.backend.BackendFactory;
import io.governance.local.LocalSettings;
import io.governance.operations.AuditLog;
import io.governance.operations.ConfigOperations;
import io.governance.operations.DocumentChecks;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * The options that say where the documents are.
 */
final class Connection {

	private static final ConfigurationPropertyName GOVERNANCE = ConfigurationPropertyName.of("governance");

	/** What is read besides the settings of backends. */
	private static final Set<ConfigurationPropertyName> GENERAL = Set.of(GOVERNANCE.append("backend"),
			GOVERNANCE.append("namespace"), GOVERNANCE.append("gray.document"));

	private static final Map<String, String> ADDRESSES = Map.of("local", "directory", "etcd", "endpoints");

	@Option(names = { "-b", "--backend" }, paramLabel = "NAME",
			description = "local, consul, etcd or nacos (governance.backend; default: local).")
	private @Nullable String backend;

	@Option(names = { "-a", "--address" }, paramLabel = "ADDRESS", split = ",",
			description = "Where it is: http://host:8500 for Consul, http://host:2379 for etcd, host:8848 for Nacos, "
					+ "a directory for local. Several with commas.")
	private @Nullable List<String> addresses;

	@Option(names = { "-n", "--namespace" }, paramLabel = "NAME",
			description = "The environment (governance.namespace; default: default).")
	private @Nullable String namespace;

	@Option(names = { "-s", "--set" }, paramLabel = "KEY=VALUE",
			description = "Any setting, such as consul.token-file=/run/secrets/consul.")
	private Map<String, String> settings = new LinkedHashMap<>();

	@Option(names = "--config", paramLabel = "FILE",
			description = "File of settings, YAML, JSON or properties (default: ~/.governance.yaml, if it is there).")
	private @Nullable Path config;

	@Option(names = "--tls-ca", paramLabel = "FILE", description = "Certificates to trust (PEM): switches TLS on.")
	private @Nullable Path authorities;

	@Option(names = "--tls-cert", paramLabel = "FILE", description = "Own certificate (PEM).")
	private @Nullable Path certificate;

	@Option(names = "--tls-key", paramLabel = "FILE", description = "Own private key (PEM).")
	private @Nullable Path key;

	/**
	 * Opens the backend.
	 * @param console where warnings go
	 * @param create whether a local directory that does not exist is made
	 * @throws BackendUnavailableException if there is no such local directory
	 */
	Opened open(Console console, boolean create) {
		Settings all = new Settings(settings(console), configFile());
		String name = all.get("governance.backend").orElse("local");
		Map<String, BackendFactory> factories = new TreeMap<>();
		ServiceLoader.load(BackendFactory.class).forEach((factory) -> factories.put(factory.name(), factory));
		checkKnown(factories.keySet());
		BackendFactory factory = factories.get(name);
		if (factory == null) {
			throw new SettingsException("there is no backend '" + name + "': use one of " + factories.keySet());
		}
		if (this.addresses != null) {
			all.set("governance." + name + "." + ADDRESSES.getOrDefault(name, "addresses"),
					String.join(",", this.addresses));
		}
		Tls tls = new Tls(this.authorities, this.certificate, this.key);
		if (tls.isWanted()) {
			all.set("governance." + name + ".ssl-bundle", Tls.BUNDLE);
		}
		String namespace = all.get("governance.namespace").orElse("default");
		try {
			CliEnvironment environment = new CliEnvironment(name, namespace, all, tls);
			if (name.equals("local") && !create) {
				checkExists(environment.settings(LocalSettings.class).path());
			}
			Backend backend = factory.create(environment);
			return new Opened(backend, namespace,
					all.get("governance.gray.document").orElse(DocumentChecks.GRAY_DOCUMENT));
		}
		catch (IllegalArgumentException ex) {
			throw new SettingsException(String.valueOf(ex.getMessage()));
		}
	}

	/** Who mistypes a setting is not to write to another place than was meant. */
	private void checkKnown(Set<String> backends) {
		for (String key : this.settings.keySet()) {
			ConfigurationPropertyName name = ConfigurationPropertyName.adapt(full(key), '.');
			if (!GENERAL.contains(name)
					&& backends.stream().noneMatch((backend) -> GOVERNANCE.append(backend).isAncestorOf(name))) {
				throw new SettingsException("there is no setting '" + full(key)
						+ "' on the command line: it knows governance.backend, governance.namespace, "
						+ "governance.gray.document, and what begins with governance. and one of " + backends);
			}
		}
	}

	private static String full(String key) {
		return key.startsWith("governance.") ? key : "governance." + key;
	}

	/** Who mistypes a directory is not to be told that nothing is published. */
	private static void checkExists(Path directory) {
		if (Files.notExists(directory)) {
			throw new BackendUnavailableException("local", "There is no directory " + directory
					+ ": check --address, or publish a first document there with put or import", null);
		}
	}

	private Map<String, Object> settings(Console console) {
		Map<String, Object> given = new LinkedHashMap<>();
		this.settings.forEach((key, value) -> {
			String full = full(key);
			if (full.matches(".*(password|token|secret)")) {
				console.err()
					.println("governance: warning: every user of this machine can read '" + key
							+ "' in the list of processes; use a file or an environment variable");
			}
			given.put(full, value);
		});
		if (this.backend != null) {
			given.put("governance.backend", this.backend);
		}
		if (this.namespace != null) {
			given.put("governance.namespace", this.namespace);
		}
		return given;
	}

	private @Nullable Path configFile() {
		if (this.config != null) {
			return this.config;
		}
		Path usual = Path.of(System.getProperty("user.home", "."), ".governance.yaml");
		return Files.isRegularFile(usual) ? usual : null;
	}

	/**
	 * A backend that is open.
	 *
	 * @param backend the backend
	 * @param namespace the namespace that was chosen
	 * @param grayDocument the name of the document that holds gray rules
	 */
	record Opened(Backend backend, String namespace, String grayDocument) implements AutoCloseable {

		ConfigOperations operations() {
			return new ConfigOperations(this.backend, DocumentChecks.standard(this.grayDocument),
					List.of(new AuditLog()), InstantSource.system());
		}

		@Override
		public void close() {
			this.backend.close();
		}

	}

}
