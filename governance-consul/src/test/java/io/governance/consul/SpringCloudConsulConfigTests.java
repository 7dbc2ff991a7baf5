package io.governance.consul;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.boot.config.ConfigPrefix;
import io.governance.boot.config.LiveConfig;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigLayer;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.StartPolicy;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What users of Spring Cloud Consul have stored, written as they write it. */
@Timeout(90)
class SpringCloudConsulConfigTests {

	private final ConsulServer server = ConsulServer.shared();

	private final Http http = new Http(this.server.address());

	private final String prefix = "scc-" + System.nanoTime();

	private final Backend backend = new ConsulFixture().open(this.server.address(), DocumentId.DEFAULT);

	private final ConfigSource source = this.backend.config(SpringCloudConsulConfig.LAYOUT);

	@AfterEach
	void close() {
		this.backend.close();
		this.http.delete("/v1/kv/" + this.prefix + "/?recurse");
	}

	private void put(String key, String value) {
		String path = ConsulRequest.key(this.prefix + "/" + key).path();
		assertThat(this.http.put(path, value).statusCode()).isEqualTo(200);
	}

	@Test
	@DisplayName("Security 9: a key that is left out and there after all is read again, not deleted")
	void keyThatIsLeftOutAndThereAfterAllIsReadAgain() {
		String left = "{\"Errors\":[{\"OpIndex\":0,\"What\":\"current modify index 5 is not 0\"}]}";
		List<String> answers = List.of(tree("a=1", "b=1"), tree("b=2"), left, tree("a=1", "b=3"));
		AtomicInteger asks = new AtomicInteger();
		FakeConsul.Script script = (asked, exchange) -> {
			if (asked.path().equals("/v1/txn")) {
				String answer = answers.get(Math.min(asks.getAndIncrement(), answers.size() - 1));
				FakeConsul.send(exchange, answer.equals(left) ? 409 : 200, answer);
				return;
			}
			if (asks.get() > 1) {
				new CountDownLatch(1).await(1, TimeUnit.SECONDS);
			}
			FakeConsul.send(exchange, 200, "[\"config/orders/\"]", asked.waits() ? 8 : 7);
		};
		DocumentId folder = new DocumentId(DocumentId.DEFAULT, "config", "orders.kv");
		RecordingConfigListener told = new RecordingConfigListener();
		try (FakeConsul consul = new FakeConsul(script);
				Backend behind = new ConsulFixture().open(consul.address(), DocumentId.DEFAULT)) {
			behind.config(SpringCloudConsulConfig.LAYOUT).watch(Set.of(folder), told);
			Awaitility.await().until(() -> told.latest(folder).equals("a=1\nb=3\n"));
			assertThat(told.texts(folder)).containsExactly("a=1\nb=1\n", "a=1\nb=3\n");
		}
	}

	private static String tree(String... lines) {
		return Stream.of(lines)
			.map((line) -> line.split("="))
			.map((line) -> FakeConsul.key("config/orders/" + line[0], line[1], 7))
			.map((key) -> "{\"KV\":" + key.substring(1, key.length() - 1) + "}")
			.collect(Collectors.joining(",", "{\"Results\":[", "]}"));
	}

	private DocumentId id(String name) {
		return new DocumentId(DocumentId.DEFAULT, this.prefix, name);
	}

	private Map<String, Object> values(String document) {
		Map<String, Object> values = new TreeMap<>();
		ConfigLayer layer = new ConfigLayer(id(document), "properties", null, false);
		try (ConfigManager manager = ConfigManager.ofLayers(this.source, List.of(layer)).build()) {
			manager.load(new StartPolicy(false, false));
			manager.current().values().forEach((key, value) -> values.put(key, value.value()));
		}
		return values;
	}

	@Test
	void makesADocumentOfTheKeysBelowAFolder() {
		put("orders/", "");
		put("orders/database/url", "jdbc:a=b:c#d!e\\f");
		put("orders/servers[0]", "  two\nlines\t\r\f ");
		put("orders/a key=b:c", "\u00e4\u20ac");
		put("orders/empty", "");
		put("orders,eu/database/url", "other");
		put("ordersx/database/url", "another");

		assertThat(values("orders.kv")).isEqualTo(Map.of("database.url", "jdbc:a=b:c#d!e\\f", "servers[0]",
				"  two\nlines\t\r\f ", "a key=b:c", "\u00e4\u20ac", "empty", ""));
		assertThat(values("orders:eu.kv")).isEqualTo(Map.of("database.url", "other"));
		assertThat(this.source.get(Set.of(id("absent.kv"), id("absent.data"))).documents()).isEmpty();
	}

	@Test
	void readsTheDocumentUnderTheKeyData() {
		put("orders/data", "a: 1\n");
		put("orders/data2", "b: 1\n");

		ConfigDocuments documents = this.source.get(Set.of(id("orders.data"), id("orders:eu.data")));

		assertThat(documents.documents()).containsOnlyKeys(id("orders.data"));
		assertThat(documents.find(id("orders.data")).orElseThrow().text()).isEqualTo("a: 1\n");
	}

	@Test
	void tellsOfEveryChangeAndOfNothingElse() {
		put("orders/a", "1");
		List<String> told = new CopyOnWriteArrayList<>();
		this.source.watch(Set.of(id("orders.kv"), id("orders:eu.kv")), (documents) -> told
			.add(documents.documents().values().stream().map((one) -> one.text()).toList() + ""));
		Awaitility.await().until(() -> told.size() == 1);
		put("other/a", "1");
		put("orders,eu/b", "2");
		Awaitility.await().until(() -> told.size() == 2);
		this.http.delete("/v1/kv/" + this.prefix + "/orders/a");
		Awaitility.await().until(() -> told.size() == 3);

		assertThat(told).containsExactly("[a=1\n]", "[a=1\n, b=2\n]", "[b=2\n]");
	}

	@Test
	@DisplayName("F2 what was read stays while the agent cannot be reached, and what changed meanwhile is told")
	void survivesALostConnection() {
		put("orders/a", "1");
		RecordingConfigListener listener = new RecordingConfigListener();
		try (FaultyConnection way = new ConsulFixture().connect();
				Backend far = new ConsulFixture().open(way.address(), DocumentId.DEFAULT)) {
			far.config(SpringCloudConsulConfig.LAYOUT).watch(Set.of(id("orders.kv")), listener);
			Awaitility.await().until(() -> listener.latest(id("orders.kv")).equals("a=1\n"));
			way.cut();
			Awaitility.await().until(() -> listener.connections().contains(ConnectionState.DISCONNECTED));
			put("orders/a", "2");
			assertThat(listener.latest(id("orders.kv"))).isEqualTo("a=1\n");
			way.restore();
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.until(() -> listener.latest(id("orders.kv")).equals("a=2\n"));
		}
	}

	@Test
	void refusesOtherDocumentsAndOtherLayouts() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.source.get(Set.of(id("orders.yaml"))))
			.withMessageContaining("its name ends with .kv or .data");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> this.backend.config("other"));
	}

	@Test
	void anApplicationMovesWithItsKeysAndIsReloaded(@TempDir Path cache) {
		put("application/database/pool/size", "1");
		put("application/shared", "all");
		put("application,eu/database/pool/size", "2");
		put("orders/database/url", "jdbc:${shared}");
		put("orders,eu/database/pool/size", "3");
		try (ConfigurableApplicationContext context = start(cache, "--spring.profiles.active=eu")) {
			Database database = context.getBean(Database.class);
			assertThat(database.live().get()).isEqualTo(new DatabaseProperties("jdbc:all", new Pool(3)));

			this.http.delete("/v1/kv/" + this.prefix + "/orders,eu/database/pool/size");
			await(database, new DatabaseProperties("jdbc:all", new Pool(2)));
			put("application/shared", "everyone");
			await(database, new DatabaseProperties("jdbc:everyone", new Pool(2)));
			put("orders/database/pool/size", "many");
			ConfigManager manager = context.getBean(ConfigManager.class);
			Awaitility.await().untilAsserted(() -> assertThat(manager.status().rejection()).isNotNull());
			assertThat(manager.status().rejection().describe()).contains(this.prefix + "/orders.kv:1:1")
				.contains("'database.pool.size' cannot be converted to int");
			put("orders/database/pool/size", "4");
			await(database, new DatabaseProperties("jdbc:everyone", new Pool(4)));
		}
	}

	@Test
	void anApplicationMovesWithItsYamlAndIsReloaded(@TempDir Path cache) {
		put("application/data", "database: {pool: {size: 1}, url: a}");
		put("orders/data", "database:\n  pool:\n    size: 2\n");
		try (ConfigurableApplicationContext context = start(cache, "--governance.config.layout-format=yaml")) {
			Database database = context.getBean(Database.class);
			assertThat(database.live().get()).isEqualTo(new DatabaseProperties("a", new Pool(2)));
			put("orders,default/data", "database.url: b");
			await(database, new DatabaseProperties("b", new Pool(2)));
			put("orders/data", "database:\n  pool:\n    size: many\n");
			ConfigManager manager = context.getBean(ConfigManager.class);
			Awaitility.await().untilAsserted(() -> assertThat(manager.status().rejection()).isNotNull());
			assertThat(manager.status().rejection().describe()).contains(this.prefix + "/orders.data:3:11");
		}
	}

	private static void await(Database database, DatabaseProperties expected) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(database.live().get()).isEqualTo(expected));
	}

	private ConfigurableApplicationContext start(Path cache, String... more) {
		String[] own = { "--spring.application.name=orders", "--spring.config.import=governance:",
				"--governance.backend=consul", "--governance.consul.addresses=" + this.server.address(),
				"--governance.config.layout=spring-cloud-consul", "--governance.config.group=" + this.prefix,
				"--governance.config.cache.directory=" + cache, "--governance.registry.enabled=false",
				"--spring.cloud.consul.enabled=false", "--spring.main.banner-mode=off" };
		String[] all = new String[own.length + more.length];
		System.arraycopy(own, 0, all, 0, own.length);
		System.arraycopy(more, 0, all, own.length, more.length);
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).run(all);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Database database(@ConfigPrefix("database") LiveConfig<DatabaseProperties> live) {
			return new Database(live);
		}

	}

	record Database(LiveConfig<DatabaseProperties> live) {
	}

	record DatabaseProperties(String url, Pool pool) {
	}

	record Pool(int size) {
	}

}
