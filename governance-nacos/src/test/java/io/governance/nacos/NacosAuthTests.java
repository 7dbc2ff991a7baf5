package io.governance.nacos;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.testservers.NacosServer;
import org.awaitility.Awaitility;
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
			assertThat(backend.registry().observe("orders")).containsExactly(instance);
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

	private static void assertRefused(Runnable call) {
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(call::run)
			.withMessageContaining("username")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("wrong-one"));
	}

}
