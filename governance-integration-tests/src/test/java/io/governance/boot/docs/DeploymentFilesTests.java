package io.governance.boot.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The files that people copy to deploy the platform. */
@Timeout(60)
class DeploymentFilesTests {

	private static final Path PLATFORM = Path.of("..", "samples", "platform");

	private static final Path DEPLOY = PLATFORM.resolve("deploy");

	/** HTTP, and gRPC where there is any. */
	private static final Map<String, List<Integer>> PORTS = Map.of("gateway", List.of(8080), "order-service",
			List.of(8080), "user-service", List.of(8080, 9090));

	private static final Set<String> SERVICES = PORTS.keySet();

	/** That of the endpoints for operators, where it is not the one of HTTP. */
	private static final Map<String, Integer> MANAGEMENT_PORTS = Map.of("gateway", 8081);

	private static final Pattern PINNED = Pattern
		.compile("[a-z0-9./-]+(:v?[0-9]+\\.[0-9]+[0-9A-Za-z._-]*)(@sha256:[0-9a-f]{64})?");

	static Stream<Path> composeFiles() throws IOException {
		try (Stream<Path> files = Files.list(DEPLOY)) {
			return files.filter((file) -> file.getFileName().toString().matches("compose\\..*\\.yaml"))
				.sorted()
				.toList()
				.stream();
		}
	}

	static Stream<Map<String, Object>> manifests() throws IOException {
		List<Map<String, Object>> all = new ArrayList<>();
		try (Stream<Path> files = Files.list(DEPLOY.resolve("kubernetes"))) {
			for (Path file : files.sorted().toList()) {
				yaml().loadAll(Files.readString(file)).forEach((document) -> all.add(map(document)));
			}
		}
		return all.stream();
	}

	private static Stream<Map<String, Object>> deployments() throws IOException {
		return manifests().filter((manifest) -> manifest.get("kind").equals("Deployment"));
	}

	private static Yaml yaml() {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		return new Yaml(new SafeConstructor(options));
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object value) {
		return (Map<String, Object>) Objects.requireNonNull(value);
	}

	@SuppressWarnings("unchecked")
	private static List<Object> list(Object value) {
		return (List<Object>) Objects.requireNonNull(value);
	}

	private static Object at(Map<String, Object> document, String... path) {
		Object value = document;
		for (String name : path) {
			value = map(value).get(name);
			assertThat(value).as(String.join(".", path)).isNotNull();
		}
		return value;
	}

	private static Map<String, Object> pod(Map<String, Object> deployment) {
		return map(at(deployment, "spec", "template", "spec"));
	}

	private static Map<String, Object> container(Map<String, Object> deployment) {
		List<Object> containers = list(at(deployment, "spec", "template", "spec", "containers"));
		assertThat(containers).hasSize(1);
		return map(containers.get(0));
	}

	@Test
	void thereIsAComposeFileForEachBackend() throws IOException {
		assertThat(composeFiles().map((file) -> file.getFileName().toString())).containsExactly("compose.consul.yaml",
				"compose.etcd.yaml", "compose.local.yaml", "compose.nacos.yaml");
	}

	@Test
	void imageIsLayeredAndRunsWithoutRoot() throws IOException {
		List<String> lines = Files.readAllLines(DEPLOY.resolve("Dockerfile"));
		List<String> images = lines.stream().filter((line) -> line.startsWith("FROM ")).toList();
		assertThat(images).isNotEmpty()
			.allSatisfy((line) -> assertThat(line.split(" ")[1]).matches(PINNED).contains(":17."));
		assertThat(lines).filteredOn((line) -> line.startsWith("COPY --from"))
			.extracting((line) -> line.replaceAll(".*/layers/([a-z-]+)/ .*", "$1"))
			.containsExactly("dependencies", "spring-boot-loader", "snapshot-dependencies", "application");
		assertThat(lines).filteredOn((line) -> line.startsWith("USER "))
			.singleElement()
			.satisfies((line) -> assertThat(line).matches("USER [1-9][0-9]*:[1-9][0-9]*"));
		assertThat(lines).noneMatch((line) -> line.startsWith("HEALTHCHECK"))
			.noneMatch((line) -> line.matches("ENTRYPOINT [^\\[].*"));
		lines.stream()
			.filter((line) -> line.startsWith("ENV "))
			.forEach((line) -> assertKnown(line.substring(4).split("=")[0]));
	}

	@ParameterizedTest
	@MethodSource("composeFiles")
	void composeFileUsesWhatThereIs(Path file) throws IOException {
		String backend = file.getFileName().toString().split("\\.")[1];
		Map<String, Object> compose = map(yaml().load(Files.readString(file)));
		assertThat(compose.keySet())
			.allMatch((key) -> key.startsWith("x-") || Set.of("name", "services", "networks", "volumes").contains(key));
		Map<String, Object> services = map(compose.get("services"));
		assertThat(services.keySet()).containsAll(SERVICES);
		services.forEach((name, value) -> {
			Map<String, Object> service = map(value);
			assertThat(service.keySet()).as(name)
				.isSubsetOf("image", "build", "command", "environment", "ports", "volumes", "networks", "depends_on",
						"profiles", "restart", "stop_grace_period", "read_only", "tmpfs", "cap_drop", "security_opt");
			assertThat((String) service.get("image")).matches(PINNED);
			for (Object volume : list(service.getOrDefault("volumes", List.of()))) {
				assertThat(map(compose.get("volumes"))).containsKey(volume.toString().split(":")[0]);
			}
			for (Object network : list(service.get("networks"))) {
				assertThat(map(compose.get("networks"))).containsKey(network.toString());
			}
			for (Object port : list(service.getOrDefault("ports", List.of()))) {
				assertThat(port.toString()).as("is published on this machine alone").startsWith("127.0.0.1:");
			}
			for (Object other : list(service.getOrDefault("depends_on", List.of()))) {
				assertThat(services).containsKey(other.toString());
			}
			if (service.containsKey("build")) {
				assertRunsAService(name, service, backend);
			}
		});
		assertThat(list(map(services.get("gateway")).get("ports"))).containsExactly("127.0.0.1:8080:8080");
		Object subnet = map(list(at(compose, "networks", "platform", "ipam", "config")).get(0)).get("subnet");
		assertThat(at(compose, "x-environment", "GOVERNANCE_GRAY_TRUSTEDPEERS")).isEqualTo(subnet);
	}

	@Test
	void composeFilesCanBeTriedOneAfterAnother() throws IOException {
		List<Object> networks = new ArrayList<>();
		for (Path file : composeFiles().toList()) {
			Map<String, Object> compose = map(yaml().load(Files.readString(file)));
			networks.addAll(list(at(compose, "networks", "platform", "ipam", "config")));
		}
		assertThat(networks).hasSize(4).doesNotHaveDuplicates();
	}

	@Test
	void prometheusScrapesWhereOperatorsAreServed() throws IOException {
		Map<String, Object> prometheus = map(
				yaml().load(Files.readString(PLATFORM.resolve("observability/prometheus.yml"))));
		Map<String, Object> job = map(list(prometheus.get("scrape_configs")).get(0));
		Map<Object, Object> ports = new HashMap<>();
		for (Object names : list(job.get("dns_sd_configs"))) {
			list(map(names).get("names")).forEach((name) -> ports.put(name, map(names).get("port")));
		}
		assertThat(ports.keySet()).containsAll(SERVICES);
		ports.forEach((name, port) -> assertThat(port).as(name.toString())
			.isEqualTo(MANAGEMENT_PORTS.getOrDefault(name.toString(), 8080)));
	}

	private static void assertRunsAService(String name, Map<String, Object> service, String backend) {
		Map<String, Object> build = map(service.get("build"));
		assertThat(DEPLOY.resolve(build.get("context").toString()).resolve(build.get("dockerfile").toString()))
			.exists();
		assertThat(SERVICES).contains(map(build.get("args")).get("SERVICE").toString());
		assertThat(service).as(name).containsEntry("read_only", true).containsEntry("cap_drop", List.of("ALL"));
		Map<String, Object> environment = map(service.get("environment"));
		environment.keySet().forEach(DeploymentFilesTests::assertKnown);
		assertThat(service.get("stop_grace_period")).isEqualTo("90s");
		assertThat(environment).containsEntry("GOVERNANCE_BACKEND", backend)
			.containsEntry("GOVERNANCE_REGISTRY_INSTANCE_ID", name)
			.containsEntry("GOVERNANCE_REGISTRY_INSTANCE_HOST", name);
		assertServesOperators(name, environment.get("MANAGEMENT_SERVER_PORT"));
	}

	private static void assertServesOperators(String service, @Nullable Object port) {
		Integer wanted = MANAGEMENT_PORTS.get(service);
		assertThat(port).as(service).isEqualTo((wanted != null) ? wanted.toString() : null);
	}

	@ParameterizedTest
	@MethodSource("manifests")
	void manifestSaysWhatTheApiOfKubernetesKnows(Map<String, Object> manifest) throws IOException {
		var json = JsonParser.parseString(JsonMapper.shared().writeValueAsString(manifest));
		switch (manifest.get("apiVersion") + " " + manifest.get("kind")) {
			case "apps/v1 Deployment" -> V1Deployment.validateJsonElement(json);
			case "v1 Service" -> V1Service.validateJsonElement(json);
			case "v1 ConfigMap" -> V1ConfigMap.validateJsonElement(json);
			case "v1 Secret" -> V1Secret.validateJsonElement(json);
			case "v1 Namespace" -> V1Namespace.validateJsonElement(json);
			case "policy/v1 PodDisruptionBudget" -> V1PodDisruptionBudget.validateJsonElement(json);
			default -> throw new AssertionError("Which model has " + manifest.get("kind") + "?");
		}
		if (!manifest.get("kind").equals("Namespace")) {
			assertThat(at(manifest, "metadata", "namespace")).isEqualTo("platform");
		}
	}

	@Test
	void podsAreProbedByGroupsThatTheRegistryDoesNotTouch() throws IOException {
		assertThat(deployments()).isNotEmpty().allSatisfy((deployment) -> {
			Map<String, Object> container = container(deployment);
			assertThat(at(container, "livenessProbe", "httpGet", "path")).isEqualTo("/actuator/health/liveness");
			assertThat(at(container, "startupProbe", "httpGet", "path")).isEqualTo("/actuator/health/liveness");
			assertThat(at(container, "readinessProbe", "httpGet", "path")).isEqualTo("/actuator/health/readiness");
			String port = MANAGEMENT_PORTS.containsKey(container.get("name").toString()) ? "management" : "http";
			for (String probe : List.of("livenessProbe", "startupProbe", "readinessProbe")) {
				assertThat(at(container, probe, "httpGet", "port")).isEqualTo(port);
			}
		});
	}

	@Test
	void podsHaveTheTimeToDrainAndNoHookInsteadOfIt() throws IOException {
		assertThat(deployments()).isNotEmpty().allSatisfy((deployment) -> {
			// drain.timeout, removal-timeout, grace-period of gRPC and
			// timeout-per-shutdown-phase by their defaults
			int grpc = container(deployment).get("name").equals("user-service") ? 30 : 0;
			assertThat((Integer) at(pod(deployment), "terminationGracePeriodSeconds"))
				.isGreaterThan(10 + 2 + grpc + 30);
			assertThat(container(deployment)).doesNotContainKey("lifecycle");
		});
	}

	@Test
	void podsHaveRoomBesideTheirHeap() throws IOException {
		Matcher heap = Pattern.compile("MaxRAMPercentage=([0-9]+)")
			.matcher(Files.readString(DEPLOY.resolve("Dockerfile")));
		assertThat(heap.find()).isTrue();
		assertThat(deployments()).isNotEmpty().allSatisfy((deployment) -> {
			String limit = at(container(deployment), "resources", "limits", "memory").toString();
			assertThat(limit).endsWith("Mi");
			int megabytes = Integer.parseInt(limit.replace("Mi", ""));
			// What the gateway has committed besides, under load.
			assertThat(megabytes * (100 - Integer.parseInt(heap.group(1))) / 100).isGreaterThan(200);
		});
	}

	@Test
	void podsRunWithoutRootAndWithoutRights() throws IOException {
		assertThat(deployments()).isNotEmpty().allSatisfy((deployment) -> {
			assertThat(map(at(pod(deployment), "securityContext"))).containsEntry("runAsNonRoot", true)
				.containsEntry("runAsUser", 10001);
			assertThat(at(pod(deployment), "automountServiceAccountToken")).isEqualTo(false);
			assertThat(map(at(container(deployment), "securityContext"))).containsEntry("readOnlyRootFilesystem", true)
				.containsEntry("allowPrivilegeEscalation", false)
				.containsEntry("capabilities", Map.of("drop", List.of("ALL")));
			assertThat(container(deployment).get("image").toString()).matches(PINNED);
		});
	}

	@Test
	void podsSetWhatThereIsAndTakeTheirTokensFromSecrets() throws IOException {
		Map<String, Map<String, Object>> secrets = new TreeMap<>();
		manifests().filter((manifest) -> manifest.get("kind").equals("Secret"))
			.forEach((secret) -> secrets.put(at(secret, "metadata", "name").toString(), map(at(secret, "stringData"))));
		manifests().filter((manifest) -> manifest.get("kind").equals("ConfigMap"))
			.forEach((config) -> map(at(config, "data")).keySet().forEach(DeploymentFilesTests::assertKnown));
		assertThat(deployments()).isNotEmpty().allSatisfy((deployment) -> {
			Map<String, Map<String, Object>> environment = new TreeMap<>();
			list(at(container(deployment), "env"))
				.forEach((variable) -> environment.put(map(variable).get("name").toString(), map(variable)));
			environment.keySet().forEach(DeploymentFilesTests::assertKnown);
			assertThat(at(Objects.requireNonNull(environment.get("GOVERNANCE_REGISTRY_INSTANCE_ID")), "valueFrom",
					"fieldRef", "fieldPath"))
				.isEqualTo("metadata.name");
			Map<String, Object> token = map(at(Objects.requireNonNull(environment.get("GOVERNANCE_CONSUL_TOKEN")),
					"valueFrom", "secretKeyRef"));
			assertServesOperators(container(deployment).get("name").toString(),
					environment.getOrDefault("MANAGEMENT_SERVER_PORT", Map.of()).get("value"));
			assertThat(secrets.get(token.get("name").toString())).containsKey(token.get("key").toString());
		});
	}

	@Test
	void selectorsAndPortsMeet() throws IOException {
		Map<String, Map<String, Object>> byName = new TreeMap<>();
		deployments().forEach((deployment) -> {
			Object labels = at(deployment, "spec", "template", "metadata", "labels");
			assertThat(at(deployment, "spec", "selector", "matchLabels")).isEqualTo(labels);
			byName.put(at(deployment, "metadata", "name").toString(), deployment);
		});
		assertThat(byName.keySet()).containsAll(SERVICES);
		byName.forEach((name, deployment) -> {
			String service = container(deployment).get("name").toString();
			Map<Object, Object> ports = new HashMap<>();
			list(container(deployment).get("ports"))
				.forEach((port) -> ports.put(map(port).get("name"), map(port).get("containerPort")));
			assertThat(ports.remove("management")).as(name).isEqualTo(MANAGEMENT_PORTS.get(service));
			assertThat(ports.values()).as(name).containsExactlyInAnyOrderElementsOf(PORTS.get(service));
		});
		Map<String, Object> exposed = manifests().filter((manifest) -> manifest.get("kind").equals("Service"))
			.findFirst()
			.orElseThrow();
		assertThat(map(at(exposed, "spec", "selector")))
			.isEqualTo(at(byName.get("gateway"), "spec", "template", "metadata", "labels"));
		assertThat(list(at(exposed, "spec", "ports"))).singleElement()
			.satisfies((port) -> assertThat(map(port)).containsEntry("targetPort", "http"));
	}

	@ParameterizedTest(allowZeroInvocations = true)
	@MethodSource("applications")
	void applicationsListenWhereTheFilesSay(Path application) throws IOException {
		Map<String, Object> flat = new TreeMap<>();
		flatten("", map(yaml().load(Files.readString(application))), flat);
		List<Object> ports = new ArrayList<>(List.of(flat.getOrDefault("server.port", 8080)));
		if (flat.containsKey("spring.grpc.server.port")) {
			ports.add(flat.get("spring.grpc.server.port"));
		}
		assertThat(ports).isEqualTo(PORTS.get(flat.get("spring.application.name")));
	}

	static Stream<Path> applications() throws IOException {
		try (Stream<Path> files = Files.walk(PLATFORM)) {
			return files.filter((file) -> file.endsWith("src/main/resources/application.yml")).toList().stream();
		}
	}

	private static void flatten(String path, Map<String, Object> map, Map<String, Object> flat) {
		map.forEach((key, value) -> {
			if (value instanceof Map<?, ?>) {
				flatten(path + key + ".", map(value), flat);
			}
			else {
				flat.put(path + key, value);
			}
		});
	}

	/** Environment variables of Governance and Spring by Boot's rules for their names. */
	private static void assertKnown(String variable) {
		if (variable.matches("(GOVERNANCE|SPRING|MANAGEMENT|SERVER)_.*")) {
			assertThat(KnownProperties.read()).as(variable).anyMatch((name) -> variable.equals(variable(name)));
		}
		else {
			assertThat(variable).as("is a variable of an application")
				.isIn("USERS_DATABASE", "ORDERS_DATABASE", "OTEL_EXPORTER_OTLP_ENDPOINT");
		}
	}

	private static String variable(String property) {
		return property.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
	}

}
