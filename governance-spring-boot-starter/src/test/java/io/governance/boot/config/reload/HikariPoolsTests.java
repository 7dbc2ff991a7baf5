package io.governance.boot.config.reload;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;

import com.zaxxer.hikari.HikariDataSource;
import io.governance.boot.TestFleet;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class HikariPoolsTests {

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	private HikariDataSource pool;

	private Watcher watcher;

	@BeforeEach
	void startApplication(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		save("maximum-pool-size: 4, minimum-idle: 1");
		start(Application.class);
	}

	private void start(Class<?> application, String... properties) {
		String[] all = new String[properties.length + 2];
		System.arraycopy(properties, 0, all, 2, properties.length);
		all[0] = "spring.autoconfigure.exclude=";
		all[1] = "spring.datasource.url=jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1";
		this.context = this.fleet.start(application, all);
		this.pool = this.context.getBean("dataSource", HikariDataSource.class);
		this.watcher = this.context.getBean(Watcher.class);
	}

	@AfterEach
	void stopApplication() {
		this.context.close();
	}

	@Test
	void connectionInUseSurvivesWhileThePoolShrinksBelowIt() throws Exception {
		save("maximum-pool-size: 8, minimum-idle: 8");
		eventually(() -> assertThat(this.pool.getMaximumPoolSize()).isEqualTo(8));
		try (Connection connection = this.pool.getConnection(); Statement statement = connection.createStatement()) {
			eventually(() -> assertThat(this.pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(8));
			save("maximum-pool-size: 2, minimum-idle: 2");
			eventually(() -> assertThat(this.pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(2));
			assertThat(statement.execute("select 1")).isTrue();
		}
		assertThat(this.pool.getMinimumIdle()).isEqualTo(2);
	}

	@Test
	void timesFollowAndRemovedKeysGoBackToTheDefaults() {
		save("maximum-pool-size: 4, connection-timeout: 2000, idle-timeout: 20000, max-lifetime: 90000, "
				+ "validation-timeout: 1000, leak-detection-threshold: 3000");
		eventually(() -> assertThat(this.pool.getConnectionTimeout()).isEqualTo(2000));
		assertThat(this.pool.getIdleTimeout()).isEqualTo(20000);
		assertThat(this.pool.getMaxLifetime()).isEqualTo(90000);
		assertThat(this.pool.getValidationTimeout()).isEqualTo(1000);
		assertThat(this.pool.getLeakDetectionThreshold()).isEqualTo(3000);
		assertThat(this.pool.getMinimumIdle()).as("of fixed size, as at a start").isEqualTo(4);
		this.fleet.save("orders.yaml", "other: 1");
		eventually(() -> assertThat(this.pool.getMaximumPoolSize()).isEqualTo(10));
		assertThat(this.pool.getMinimumIdle()).isEqualTo(10);
		assertThat(this.pool.getConnectionTimeout()).isEqualTo(30000);
		assertThat(this.pool.getMaxLifetime()).isEqualTo(1800000);
		assertThat(this.pool.getLeakDetectionThreshold()).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			maximum-pool-size: 0                      | maximum-pool-size' must be at least 1
			maximum-pool-size: 4, minimum-idle: 5     | minimum-idle' must not be greater than 'maximum-pool-size'
			maximum-pool-size: many                   | maximum-pool-size' cannot be converted to
			connection-timeout: 249                   | connection-timeout' must be 0 or at least 250 ms
			max-lifetime: 29999                       | max-lifetime' must be 0 or at least 30000 ms
			idle-timeout: 9999                        | idle-timeout' must be 0 or at least 10000 ms
			leak-detection-threshold: 1999            | leak-detection-threshold' must be 0 or at least 2000 ms
			validation-timeout: 0                     | validation-timeout' must be at least 250 ms
			""")
	void valueThatHikariWouldNotTakeIsRefusedBeforeItIsInForce(String settings, String reason) {
		save(settings);
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(1));
		assertThat(this.watcher.rejected().get(0)).contains("orders.yaml:").contains(reason);
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(4);
		assertThat(this.pool.getMinimumIdle()).isEqualTo(1);
		assertThat(this.context.getEnvironment().getProperty("spring.datasource.hikari.maximum-pool-size"))
			.isEqualTo("4");
	}

	@Test
	void poolIsAsBeforeWhenALaterObserverFails() {
		this.fleet.save("orders.yaml", "fail: 1\nspring.datasource.hikari: {maximum-pool-size: 9, minimum-idle: 3}");
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(1));
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(4);
		assertThat(this.pool.getMinimumIdle()).isEqualTo(1);
		save("maximum-pool-size: 9, minimum-idle: 3");
		eventually(() -> assertThat(this.pool.getMaximumPoolSize()).isEqualTo(9));
	}

	@Test
	void settingThatNeedsARestartIsToldOnceAndRejectsNothing(CapturedOutput output) {
		save("maximum-pool-size: 5, minimum-idle: 1, jdbc-url: 'jdbc:h2:mem:other', keepalive-time: 60000");
		eventually(() -> assertThat(output).contains("only with a restart"));
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(5);
		assertThat(this.watcher.rejected()).isEmpty();
		assertThat(output.toString().lines().filter((line) -> line.contains("only with a restart"))).singleElement()
			.asString()
			.contains("WARN", "spring.datasource.hikari.jdbc-url", "spring.datasource.hikari.keepalive-time")
			.doesNotContain("mem:other");
	}

	@Test
	void newCredentialsAreProvedAndTaken(CapturedOutput output) throws Exception {
		this.context.close();
		this.fleet.save("orders.yaml", "spring.datasource: {username: sa, password: ''}");
		start(Application.class);
		execute("create user app password 'first-secret' admin");
		this.fleet.save("orders.yaml", "spring.datasource: {username: app, password: wrong-secret}");
		eventually(() -> assertThat(this.watcher.rejected()).hasSize(1));
		assertThat(this.watcher.rejected().get(0)).contains("refused by the database (SQL state 28000)");
		assertThat(user()).isEqualTo("SA");
		this.fleet.save("orders.yaml", "spring.datasource: {username: app, password: first-secret}");
		eventually(() -> assertThat(user()).isEqualTo("APP"));
		assertThat(output).contains("has followed the config: [credentials]")
			.doesNotContain("first-secret")
			.doesNotContain("wrong-secret");
	}

	@Test
	void otherPoolsFollowTheirOwnPrefix() {
		this.context.close();
		start(TwoPools.class);
		this.fleet.save("orders.yaml", "app.second.maximum-pool-size: 7");
		HikariDataSource second = this.context.getBean("second", HikariDataSource.class);
		eventually(() -> assertThat(second.getMaximumPoolSize()).isEqualTo(7));
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(3);
	}

	@Test
	void poolIsLeftAloneWhenItsReloaderIsSwitchedOff() {
		this.context.close();
		start(Application.class, "governance.config.reload.hikari.enabled=false");
		save("maximum-pool-size: 9, jdbc-url: 'jdbc:h2:mem:other'");
		eventually(() -> assertThat(this.watcher.applied()).hasSize(1));
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(4);
	}

	private void execute(String sql) throws Exception {
		try (Connection connection = this.pool.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private String user() throws Exception {
		try (Connection connection = this.pool.getConnection()) {
			return connection.getMetaData().getUserName();
		}
	}

	private void save(String settings) {
		this.fleet.save("orders.yaml", "spring.datasource.hikari: {" + settings + "}");
	}

	private static void eventually(ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).untilAsserted(assertion);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Watcher watcher() {
			return new Watcher();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class TwoPools {

		@Bean
		Watcher watcher() {
			return new Watcher();
		}

		@Bean
		HikariDataSource dataSource() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl("jdbc:h2:mem:first");
			pool.setMaximumPoolSize(3);
			return pool;
		}

		@Bean
		@ConfigurationProperties("app.second")
		HikariDataSource second() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl("jdbc:h2:mem:second");
			return pool;
		}

	}

}
