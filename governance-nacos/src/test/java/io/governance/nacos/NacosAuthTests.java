package io.governance.nacos;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.NacosServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A server that lets nobody in without a login.
 */
@Timeout(180)
class NacosAuthTests {

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private static final List<Publication> PUT = List.of(Publication.put(ORDERS, "a: 1"));

	private static NacosServer server;

	@BeforeAll
	static void start() {
		server = NacosServer.options().auth("right-one").start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	private static Backend open(@Nullable String username, @Nullable String password) {
		NacosSettings settings = new NacosSettings(List.of(NacosFixture.address(server.address())), username, password,
				null, null, null, null, null, null, null, null);
		return new NacosBackendFactory().create(BackendEnvironment.of("nacos", "dev", settings));
	}

	@Test
	void whoHasThePasswordDoesEverything() {
		try (Backend backend = open("nacos", "right-one")) {
			AtomicReference<ConfigDocuments> told = new AtomicReference<>(ConfigDocuments.NONE);
			backend.config().watch(Set.of(ORDERS), told::set);
			backend.config().publish(PUT, new Author("alice", "because"));
			Awaitility.await().until(() -> told.get().find(ORDERS).isPresent());
			assertThat(backend.config().get(Set.of(ORDERS)).documents()).hasSize(1);
			assertThat(backend.config().list("dev", "shop")).containsExactly(ORDERS);
			assertThat(backend.config().history(ORDERS, 1).get(0).author()).isEqualTo(new Author("alice", "because"));
			Instance instance = Instance.of("orders", "127.0.0.1", 8001).build();
			backend.registry().put("orders", List.of(instance));
			Awaitility.await()
				.untilAsserted(() -> assertThat(backend.registry().observe("orders")).containsExactly(instance));
			assertThat(backend.discovery().services()).containsExactly("orders");
			backend.registry().remove("orders", instance.id());
		}
	}

	@Test
	@DisplayName("(c)9 A wrong password and no password are told as such, and never look like absence")
	void whoHasNotIsToldSo() {
		for (Backend backend : List.of(open("nacos", "wrong-one"), open(null, null))) {
			try (backend) {
				AtomicReference<@Nullable ConfigDocuments> told = new AtomicReference<>();
				AtomicReference<@Nullable ConnectionState> connection = new AtomicReference<>();
				backend.config().watch(Set.of(ORDERS), new ConfigListener() {

					@Override
					public void onDocuments(ConfigDocuments documents) {
						told.set(documents);
					}

					@Override
					public void onConnection(ConnectionState state) {
						connection.set(state);
					}

				});
				assertRefused(() -> backend.config().get(Set.of(ORDERS)));
				assertRefused(() -> backend.config().publish(PUT, Author.of("mallory")));
				assertRefused(() -> backend.config().list("dev", "shop"));
				assertRefused(() -> backend.registry()
					.put("orders", List.of(Instance.of("orders", "127.0.0.1", 8001).build())));
				assertRefused(() -> backend.registry().observe("orders"));
				assertRefused(() -> backend.discovery().services());
				Awaitility.await()
					.atMost(Duration.ofSeconds(10))
					.until(() -> connection.get() == ConnectionState.DISCONNECTED);
				assertThat(told.get()).isNull();
			}
		}
	}

	@Test
	@DisplayName("A namespace that the user may not read does not keep the ones that he may from being watched")
	void forbiddenNamespaceLeavesOthersAlone() throws Exception {
		String token = token("nacos", "right-one");
		admin("/v3/auth/user", token, "username=carol&password=of-carol");
		admin("/v3/auth/role", token, "role=shop&username=carol");
		admin("/v3/auth/permission", token, "role=shop&action=rw&resource=mine:*:*");
		DocumentId mine = new DocumentId("mine", "shop", "orders.yaml");
		DocumentId another = new DocumentId("another", "shop", "orders.yaml");
		try (Backend owner = open("nacos", "right-one"); Backend backend = open("carol", "of-carol")) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.ignoreExceptions()
				.until(() -> backend.config().get(Set.of(mine)).documents().isEmpty());
			RecordingConfigListener forbidden = new RecordingConfigListener();
			RecordingConfigListener allowed = new RecordingConfigListener();
			backend.config().watch(Set.of(another), forbidden);
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> forbidden.connections().contains(ConnectionState.DISCONNECTED));
			backend.config().watch(Set.of(mine), allowed);
			for (String content : List.of("a: 1", "a: 2")) {
				owner.config().publish(List.of(Publication.put(mine, content)), Author.of("alice"));
				Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> allowed.latest(mine).equals(content));
			}
			assertThat(allowed.connections()).doesNotContain(ConnectionState.DISCONNECTED);
			assertThat(forbidden.deliveries()).isEmpty();
		}
	}

	@Test
	@DisplayName("F6 F7 A keeper whose user may not register does so by itself as soon as the user may")
	void permissionThatComesLaterIsUsed() throws Exception {
		String token = token("nacos", "right-one");
		admin("/v3/auth/user", token, "username=dave&password=of-dave");
		List<RegistrationEvent.Kind> events = new CopyOnWriteArrayList<>();
		Instance instance = Instance.of("stock", "127.0.0.1", 8001).build();
		try (Backend owner = open("nacos", "right-one"); Backend backend = open("dave", "of-dave")) {
			RegistrationKeeper keeper = keeper(backend, events);
			keeper.register(instance);
			within(10).until(() -> events.contains(RegistrationEvent.Kind.REFUSED));
			assertRefused(() -> backend.registry().put("stock", List.of(instance)));
			assertThat(registered(owner, "stock")).isEmpty();
			admin("/v3/auth/role", token, "role=stock&username=dave");
			admin("/v3/auth/permission", token, "role=stock&action=rw&resource=dev:*:*");
			// Servers look at their tables every 15 s: this one is to let dave in first.
			try (Backend probe = open("dave", "of-dave")) {
				within(30).ignoreExceptions().until(() -> {
					probe.discovery().services();
					probe.registry().observe("stock");
					return true;
				});
			}
			within(10).until(() -> events.contains(RegistrationEvent.Kind.REGISTERED));
			within(10).until(() -> registered(owner, "stock").equals(List.of(instance)));
			assertThat(events).containsExactly(RegistrationEvent.Kind.REFUSED, RegistrationEvent.Kind.REGISTERED);
			keeper.close();
		}
	}

	@Test
	@DisplayName("F6 F7 A keeper with a wrong password registers by itself as soon as that is the user's")
	void passwordThatBecomesRightIsUsed() throws Exception {
		String token = token("nacos", "right-one");
		admin("/v3/auth/user", token, "username=erin&password=another");
		admin("/v3/auth/role", token, "role=ROLE_ERIN&username=erin");
		admin("/v3/auth/permission", token, "role=ROLE_ERIN&action=rw&resource=dev:*:*");
		List<RegistrationEvent.Kind> events = new CopyOnWriteArrayList<>();
		Instance instance = Instance.of("bills", "127.0.0.1", 8001).build();
		try (Backend owner = open("nacos", "right-one");
				Backend probe = open("erin", "another");
				Backend backend = open("erin", "of-erin")) {
			within(30).ignoreExceptions().until(() -> probe.registry().observe("bills").isEmpty());
			RegistrationKeeper keeper = keeper(backend, events);
			keeper.register(instance);
			within(10).until(() -> events.contains(RegistrationEvent.Kind.REFUSED));
			assertRefused(() -> backend.registry().put("bills", List.of(instance)));
			admin("PUT", "/v3/auth/user", token("erin", "another"), "username=erin&newPassword=of-erin");
			// Servers look at their users every 15 s, too.
			within(30).untilAsserted(() -> token("erin", "of-erin"));
			within(10).until(() -> events.contains(RegistrationEvent.Kind.REGISTERED));
			within(10).until(() -> registered(owner, "bills").equals(List.of(instance)));
			assertThat(events).containsExactly(RegistrationEvent.Kind.REFUSED, RegistrationEvent.Kind.REGISTERED);
			keeper.close();
		}
	}

	@Test
	@DisplayName("(c) 9 The permissions that the page for operators names are enough, and allow no more")
	void leastPrivilegeIsEnough() throws Exception {
		String token = token("nacos", "right-one");
		String page = Files.readString(Path.of("..", "docs", "operators.md"));
		List<MatchResult> permissions = Pattern.compile("(?m)^\\| .*\\| `(dev:[^`]+)` \\| `(rw?)` \\|$")
			.matcher(page)
			.results()
			.toList();
		assertThat(permissions).hasSize(4);
		for (int i = 0; i < permissions.size(); i++) {
			String user = (i < 3) ? "service" : "publisher";
			if (i == 0 || i == 3) {
				admin("/v3/auth/user", token, "username=" + user + "&password=of-" + user);
				admin("/v3/auth/role", token, "role=" + user + "-role&username=" + user);
			}
			admin("/v3/auth/permission", token, "role=" + user + "-role&action=" + permissions.get(i).group(2)
					+ "&resource=" + permissions.get(i).group(1));
		}
		DocumentId id = new DocumentId("dev", "rights", "orders.yaml");
		List<Publication> put = List.of(Publication.put(id, "a: 1"));
		Instance instance = Instance.of("orders", "127.0.0.1", 8009).build();
		try (Backend service = open("service", "of-service"); Backend publisher = open("publisher", "of-publisher")) {
			// Servers look at their tables every 15 s.
			within(40).ignoreExceptions().until(() -> service.config().get(Set.of(id)).documents().isEmpty());
			within(40).ignoreExceptions().until(() -> {
				publisher.config().publish(put, Author.of("alice"));
				return true;
			});
			RecordingConfigListener documents = new RecordingConfigListener();
			service.config().watch(Set.of(id), documents);
			within(10).until(() -> documents.latest(id).equals("a: 1"));
			RecordingInstancesListener instances = new RecordingInstancesListener();
			service.discovery().watch("orders", instances);
			service.registry().put("orders", List.of(instance));
			within(10).until(() -> instances.latest().filter((list) -> list.contains(instance)).isPresent());
			Awaitility.await().untilAsserted(() -> assertThat(service.registry().observe("orders")).contains(instance));
			service.registry().remove("orders", instance.id());
			assertRefused(() -> service.config().publish(put, Author.of("mallory")));
			assertRefused(() -> service.config().get(Set.of(new DocumentId("mine", "rights", "orders.yaml"))));
			assertRefused(
					() -> service.registry().put("bills", List.of(Instance.of("bills", "127.0.0.1", 8010).build())));
			assertRefused(() -> publisher.registry().put("orders", List.of(instance)));
			assertRefused(() -> publisher.config()
				.publish(List.of(Publication.put(new DocumentId("mine", "rights", "orders.yaml"), "a: 1")),
						Author.of("mallory")));
		}
	}

	private static RegistrationKeeper keeper(Backend backend, List<RegistrationEvent.Kind> events) {
		return new RegistrationKeeper(
				backend.registry(), new RegistrationSettings(Duration.ofSeconds(2), Duration.ofMillis(100),
						Duration.ofSeconds(2), Duration.ofSeconds(5)),
				(event) -> events.add(event.kind()), new Random(1), System::nanoTime);
	}

	private static ConditionFactory within(int seconds) {
		return Awaitility.await().pollInterval(Duration.ofMillis(100)).atMost(Duration.ofSeconds(seconds));
	}

	/** What somebody else is told. */
	private static List<Instance> registered(Backend other, String service) {
		RecordingInstancesListener told = new RecordingInstancesListener();
		Subscription watch = other.discovery().watch(service, told);
		try (watch) {
			within(10).until(() -> told.latest().isPresent());
		}
		return told.latest().orElseThrow();
	}

	private static String token(String username, String password) throws Exception {
		return admin("/v3/auth/user/login", "", "username=" + username + "&password=" + password)
			.replaceAll(".*\"accessToken\":\"([^\"]+)\".*", "$1");
	}

	private static String admin(String path, String token, String form) throws Exception {
		return admin("POST", path, token, form);
	}

	private static String admin(String method, String path, String token, String form) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "/nacos" + path))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.header("accessToken", token)
			.method(method, HttpRequest.BodyPublishers.ofString(form))
			.build();
		HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(answer.statusCode()).as(path).isEqualTo(200);
		return answer.body();
	}

	private static void assertRefused(Runnable call) {
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(call::run)
			.withMessageContaining("username")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("wrong-one"));
	}

}
