package io.governance.boot.config.reload;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.boot.TestFleet;
import io.governance.testservers.RedisServer;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class RedisConnectionsTests {

	private static RedisServer first;

	private static RedisServer second;

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	private StringRedisTemplate redis;

	private Watcher watcher;

	@BeforeAll
	static void startServers() {
		first = RedisServer.own();
		second = RedisServer.own("--requirepass", "open-sesame");
	}

	@AfterAll
	static void stopServers() {
		first.close();
		second.close();
	}

	@BeforeEach
	void startApplication(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		save("port: " + first.port());
		this.context = this.fleet.start(Application.class, "spring.autoconfigure.exclude=",
				"spring.data.redis.host=127.0.0.1");
		this.redis = this.context.getBean(StringRedisTemplate.class);
		this.watcher = this.context.getBean(Watcher.class);
		this.redis.opsForValue().set("where", "first");
	}

	@AfterEach
	void stopApplication() {
		this.context.close();
	}

	@Test
	void callsGoOnWithoutAFailureWhileTheServerIsExchanged(CapturedOutput output) throws Exception {
		AtomicBoolean running = new AtomicBoolean(true);
		AtomicInteger calls = new AtomicInteger();
		CompletableFuture<Void> load = CompletableFuture.runAsync(() -> {
			while (running.get()) {
				this.redis.opsForValue().get("where");
				calls.incrementAndGet();
			}
		});
		eventually(() -> assertThat(calls).hasValueGreaterThan(20));
		save("port: " + second.port() + ", password: open-sesame, timeout: 1s");
		eventually(() -> assertThat(this.redis.opsForValue().get("where")).isNull());
		this.redis.opsForValue().set("where", "second");
		LettuceConnectionFactory factory = this.context.getBean(LettuceConnectionFactory.class);
		assertThat(factory.getPort()).isEqualTo(second.port());
		assertThat(factory.getTimeout()).isEqualTo(1000);
		int before = calls.get();
		save("port: " + first.port() + ", database: 3");
		eventually(() -> assertThat(factory.getDatabase()).isEqualTo(3));
		eventually(() -> assertThat(calls).hasValueGreaterThan(before + 20));
		running.set(false);
		load.get();
		assertThat(this.watcher.rejected()).isEmpty();
		eventually(() -> assertThat(clientsOfSecond()).as("besides the one that asks").isEqualTo(1));
		assertThat(output).contains("New Redis connections have followed the config").doesNotContain("open-sesame");
	}

	@Test
	void changeIsRejectedAndTheConnectionStaysWhereNobodyAnswersOrThePasswordIsWrong() {
		save("port: 1");
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(1));
		assertThat(this.watcher.rejected().get(0)).contains("leads to no Redis server that answers a PING");
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
		save("port: " + second.port() + ", password: wrong-sesame");
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(2));
		assertThat(this.watcher.rejected().get(1)).contains("answers a PING").doesNotContain("wrong-sesame");
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
		assertThat(this.context.getEnvironment().getProperty("spring.data.redis.port"))
			.isEqualTo(Integer.toString(first.port()));
	}

	@Test
	void connectionGoesBackWhenALaterObserverFails() {
		this.fleet.save("orders.yaml",
				"fail: 1\nspring.data.redis: {port: " + second.port() + ", password: open-sesame}");
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(1));
		assertThat(this.watcher.rejected().get(0)).contains("was rolled back");
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
		save("port: " + second.port() + ", password: open-sesame");
		LettuceConnectionFactory factory = this.context.getBean(LettuceConnectionFactory.class);
		eventually(() -> assertThat(factory.getPort()).isEqualTo(second.port()));
	}

	@Test
	void otherSettingsNeedARestart(CapturedOutput output) {
		save("port: " + first.port() + ", lettuce: {shutdown-timeout: 1s}");
		eventually(() -> assertThat(this.watcher.applied()).hasSize(1));
		assertThat(output).contains("only with a restart").contains("spring.data.redis.lettuce.shutdown-timeout");
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
	}

	private static int clientsOfSecond() {
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration("127.0.0.1", second.port());
		server.setPassword("open-sesame");
		LettuceConnectionFactory factory = new LettuceConnectionFactory(server);
		factory.start();
		try (RedisConnection connection = factory.getConnection()) {
			return Integer.parseInt(connection.serverCommands().info("clients").getProperty("connected_clients"));
		}
		finally {
			factory.destroy();
		}
	}

	private void save(String settings) {
		this.fleet.save("orders.yaml", "spring.data.redis: {" + settings + "}");
	}

	private static void eventually(ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20)).untilAsserted(assertion);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Watcher watcher() {
			return new Watcher();
		}

	}

}
