package io.governance.boot.config.reload;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.testservers.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class RedisConnectionsTests extends ReloadFixture {

	private static RedisServer first;

	private static RedisServer second;

	private StringRedisTemplate redis;

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
	void startApplication() {
		saveSettings("port: " + first.port());
		start("spring.data.redis.host=127.0.0.1");
		this.redis = context().getBean(StringRedisTemplate.class);
		this.redis.opsForValue().set("where", "first");
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
		saveSettings("port: " + second.port() + ", password: open-sesame, timeout: 20s");
		awaitApplied(1);
		assertThat(this.redis.opsForValue().get("where")).isNull();
		this.redis.opsForValue().set("where", "second");
		LettuceConnectionFactory factory = context().getBean(LettuceConnectionFactory.class);
		assertThat(factory.getPort()).isEqualTo(second.port());
		assertThat(factory.getTimeout()).isEqualTo(20_000);
		int before = calls.get();
		saveSettings("port: " + first.port() + ", database: 3");
		eventually(() -> assertThat(factory.getDatabase()).isEqualTo(3));
		eventually(() -> assertThat(calls).hasValueGreaterThan(before + 20));
		running.set(false);
		load.get();
		assertThat(watcher().rejected()).isEmpty();
		eventually(() -> assertThat(clientsOfSecond()).as("besides the one that asks").isEqualTo(1));
		assertThat(output).contains("New Redis connections have followed the config").doesNotContain("open-sesame");
	}

	@Test
	void changeIsRejectedAndTheConnectionStaysWhereNobodyAnswersOrThePasswordIsWrong() {
		saveSettings("port: 1");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(watcher().rejected().get(0)).contains("leads to no Redis server that answers a PING");
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
		saveSettings("port: " + second.port() + ", password: wrong-sesame");
		eventually(() -> assertThat(watcher().rejected()).hasSize(2));
		assertThat(watcher().rejected().get(1)).contains("answers a PING").doesNotContain("wrong-sesame");
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
		assertThat(context().getEnvironment().getProperty("spring.data.redis.port"))
			.isEqualTo(Integer.toString(first.port()));
	}

	@Test
	void serverThatTakesThePasswordAndNeverAnswersHoldsUpNoOtherChangeForLong() throws Exception {
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			saveSettings(
					"port: " + silent.getLocalPort() + ", password: open-sesame, timeout: 1s, connect-timeout: 1s");
			eventually(() -> assertThat(watcher().rejected()).hasSize(1));
			assertThat(watcher().rejected().get(0)).contains("answers a PING").doesNotContain("open-sesame");
			long saved = System.nanoTime();
			save("{good: 1, spring.data.redis: {port: " + first.port() + "}}");
			eventually(() -> assertThat(context().getEnvironment().getProperty("good")).isEqualTo("1"));
			assertThat(Duration.ofNanos(System.nanoTime() - saved)).isLessThan(Duration.ofSeconds(15));
		}
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
	}

	@Test
	void connectionGoesBackWhenALaterObserverFails() {
		save("fail: 1\nspring.data.redis: {port: " + second.port() + ", password: open-sesame}");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(watcher().rejected().get(0)).contains("was rolled back");
		assertThat(this.redis.opsForValue().get("where")).isEqualTo("first");
		saveSettings("port: " + second.port() + ", password: open-sesame");
		LettuceConnectionFactory factory = context().getBean(LettuceConnectionFactory.class);
		eventually(() -> assertThat(factory.getPort()).isEqualTo(second.port()));
	}

	@Test
	void otherSettingsNeedARestart(CapturedOutput output) {
		saveSettings("port: " + first.port() + ", lettuce: {shutdown-timeout: 1s}");
		awaitApplied(1);
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

	private void saveSettings(String settings) {
		save("spring.data.redis: {" + settings + "}");
	}

}
