package io.governance.boot.config.reload;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class HikariPoolsTests extends ReloadFixture {

	private HikariDataSource pool;

	@BeforeEach
	void startApplication() {
		saveSettings("maximum-pool-size: 4, minimum-idle: 1");
		startPool(Application.class);
	}

	private void startPool(Class<?> application, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("spring.datasource.url=jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1"));
		all.addAll(List.of(properties));
		start(WebApplicationType.NONE, application, all.toArray(String[]::new));
		this.pool = context().getBean("dataSource", HikariDataSource.class);
	}

	@Test
	void connectionInUseSurvivesWhileThePoolShrinksBelowIt() throws Exception {
		saveSettings("maximum-pool-size: 8, minimum-idle: 8");
		eventually(() -> assertThat(this.pool.getMaximumPoolSize()).isEqualTo(8));
		try (Connection connection = this.pool.getConnection(); Statement statement = connection.createStatement()) {
			eventually(() -> assertThat(this.pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(8));
			saveSettings("maximum-pool-size: 2, minimum-idle: 2");
			eventually(() -> assertThat(this.pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(2));
			assertThat(statement.execute("select 1")).isTrue();
		}
		awaitApplied(2);
		assertThat(this.pool.getMinimumIdle()).isEqualTo(2);
	}

	@Test
	void poolThatIsWrappedFollowsAndRefusesNothing() {
		start(WebApplicationType.NONE, Wrapped.class, "spring.datasource.url=jdbc:h2:mem:wrapped");
		DataSource wrapped = context().getBean(DataSource.class);
		assertThat(wrapped).isNotInstanceOf(HikariDataSource.class);
		this.pool = DataSourceUnwrapper.unwrap(wrapped, HikariConfigMXBean.class, HikariDataSource.class);
		saveSettings("maximum-pool-size: 7, minimum-idle: 1");
		eventually(() -> assertThat(this.pool.getMaximumPoolSize()).isEqualTo(7));
		assertThat(watcher().rejected()).isEmpty();
	}

	@Test
	void timesFollowAndRemovedKeysGoBackToTheDefaults() {
		saveSettings("maximum-pool-size: 4, connection-timeout: 2000, idle-timeout: 20000, max-lifetime: 90000, "
				+ "validation-timeout: 1000, leak-detection-threshold: 3000");
		awaitApplied(1);
		assertThat(this.pool.getConnectionTimeout()).isEqualTo(2000);
		assertThat(this.pool.getIdleTimeout()).isEqualTo(20000);
		assertThat(this.pool.getMaxLifetime()).isEqualTo(90000);
		assertThat(this.pool.getValidationTimeout()).isEqualTo(1000);
		assertThat(this.pool.getLeakDetectionThreshold()).isEqualTo(3000);
		assertThat(this.pool.getMinimumIdle()).as("of fixed size, as at a start").isEqualTo(4);
		save("other: 1");
		awaitApplied(2);
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(10);
		assertThat(this.pool.getMinimumIdle()).isEqualTo(10);
		assertThat(this.pool.getConnectionTimeout()).isEqualTo(30000);
		assertThat(this.pool.getMaxLifetime()).isEqualTo(1800000);
		assertThat(this.pool.getLeakDetectionThreshold()).isZero();
	}

	@Test
	void valueThatHikariWouldNotTakeIsRefusedBeforeItIsInForce() {
		Map<String, String> reasons = Map.of("maximum-pool-size: 0", "maximum-pool-size' must be at least 1",
				"maximum-pool-size: 4, minimum-idle: 5", "minimum-idle' must not be greater than 'maximum-pool-size'",
				"maximum-pool-size: many", "maximum-pool-size' cannot be converted to", "connection-timeout: 249",
				"connection-timeout' must be 0 or at least 250 ms", "max-lifetime: 29999",
				"max-lifetime' must be 0 or at least 30000 ms", "idle-timeout: 9999",
				"idle-timeout' must be 0 or at least 10000 ms", "leak-detection-threshold: 1999",
				"leak-detection-threshold' must be 0 or at least 2000 ms", "validation-timeout: 0",
				"validation-timeout' must be at least 250 ms");
		List<String> rejected = watcher().rejected();
		reasons.forEach((settings, reason) -> {
			int before = rejected.size();
			saveSettings(settings);
			eventually(() -> assertThat(rejected).as(settings).hasSize(before + 1));
			assertThat(rejected.get(before)).as(settings).contains("orders.yaml:").contains(reason);
			assertThat(this.pool.getMaximumPoolSize()).isEqualTo(4);
			assertThat(this.pool.getMinimumIdle()).isEqualTo(1);
			assertThat(context().getEnvironment().getProperty("spring.datasource.hikari.maximum-pool-size"))
				.isEqualTo("4");
		});
	}

	@Test
	void poolIsAsBeforeWhenALaterObserverFails() {
		save("fail: 1\nspring.datasource.hikari: {maximum-pool-size: 9, minimum-idle: 3}");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(4);
		assertThat(this.pool.getMinimumIdle()).isEqualTo(1);
		saveSettings("maximum-pool-size: 9, minimum-idle: 3");
		eventually(() -> assertThat(this.pool.getMaximumPoolSize()).isEqualTo(9));
	}

	@Test
	void settingThatNeedsARestartIsToldOnceAndRejectsNothing(CapturedOutput output) {
		saveSettings("maximum-pool-size: 5, minimum-idle: 1, jdbc-url: 'jdbc:h2:mem:other', keepalive-time: 60000");
		awaitApplied(1);
		eventually(() -> assertThat(output).contains("only with a restart"));
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(5);
		assertThat(watcher().rejected()).isEmpty();
		assertThat(output.toString().lines().filter((line) -> line.contains("only with a restart"))).singleElement()
			.asString()
			.contains("WARN", "spring.datasource.hikari.jdbc-url", "spring.datasource.hikari.keepalive-time")
			.doesNotContain("mem:other");
	}

	@Test
	void newCredentialsAreProvedAndTaken(CapturedOutput output) throws Exception {
		save("spring.datasource: {username: sa, password: ''}");
		startPool(Application.class);
		execute("create user app password 'first-secret' admin");
		save("spring.datasource: {username: app, password: wrong-secret}");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(watcher().rejected().get(0)).contains("refused by the database (SQL state 28000)");
		assertThat(user()).isEqualTo("SA");
		save("spring.datasource: {username: app, password: first-secret}");
		eventually(() -> assertThat(user()).isEqualTo("APP"));
		eventually(() -> assertThat(output).contains("has followed the config: [credentials]"));
		assertThat(output).doesNotContain("first-secret").doesNotContain("wrong-secret");
	}

	@ParameterizedTest
	@CsvSource({ "url, driver-class-name", "hikari.jdbc-url, hikari.driver-class-name" })
	void credentialsOfAnotherDatabaseWaitForTheRestartThatTheUrlNeeds(String url, String driver, CapturedOutput output)
			throws Exception {
		String here = url + ": 'jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1', " + driver
				+ ": org.h2.Driver, ";
		String there = url + ": 'jdbc:h2:mem:" + System.nanoTime() + ";USER=app', ";
		save("spring.datasource: {" + here + "username: sa, password: ''}");
		start(WebApplicationType.NONE, Application.class);
		this.pool = context().getBean("dataSource", HikariDataSource.class);
		execute("create user third password 'third-secret' admin");
		// What an application before this one said while it ended.
		int before = output.length();
		save("spring.datasource: {" + there + "username: app, password: first-secret, hikari.maximum-pool-size: 7}");
		eventually(() -> assertThat(output.toString().substring(before)).contains("only with a restart"));
		awaitApplied(1);
		assertThat(watcher().rejected()).isEmpty();
		assertThat(user()).isEqualTo("SA");
		assertThat(this.pool.getUsername()).isEqualTo("sa");
		assertThat(this.pool.getMaximumPoolSize()).as("what can follow").isEqualTo(7);
		assertThat(output.toString().substring(before).lines().filter((line) -> line.contains("only with a restart")))
			.singleElement()
			.asString()
			.contains("WARN", "spring.datasource." + url, "spring.datasource." + driver, "spring.datasource.username",
					"spring.datasource.password", "keeps its credentials")
			.doesNotContain("secret");

		save("spring.datasource: {" + there + "username: app, password: second-secret}");
		eventually(() -> assertThat(watcher().applied()).as("the URL still waits").hasSize(2));
		assertThat(this.pool.getUsername()).isEqualTo("sa");

		save("spring.datasource: {" + here + "username: third, password: wrong-secret}");
		eventually(() -> assertThat(watcher().rejected()).as("the pool is where the config says").hasSize(1));
		save("spring.datasource: {" + here
				+ "username: third, password: third-secret, hikari.connection-timeout: 1000}");
		eventually(() -> assertThat(user()).isEqualTo("THIRD"));
	}

	@Test
	void credentialsOfAnotherDatabaseOfADataSourceClassWaitForARestart(CapturedOutput output) {
		save("app.second: {username: sa, password: '', data-source-properties: {description: here}}");
		startPool(ClassPool.class);
		HikariDataSource second = context().getBean("second", HikariDataSource.class);
		save("app.second: {username: app, password: first-secret, data-source-properties: {description: there}}");
		eventually(() -> assertThat(output).contains("[app.second.data-source-properties.description, "
				+ "app.second.password, app.second.username] only with a restart"));
		awaitApplied(1);
		assertThat(second.getUsername()).isEqualTo("sa");
	}

	@Test
	void refusalNamesTheKeyThatHasChangedAndWhereItStands() throws Exception {
		save("spring:\n  datasource:\n    username: sa\n    password: ''");
		startPool(Application.class);
		execute("select 1");
		save("spring:\n  datasource:\n    username: sa\n    password: wrong-secret");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(watcher().rejected().get(0)).contains("orders.yaml:4:")
			.contains("'spring.datasource.password' is refused by the database");
	}

	@Test
	void credentialsOfADataSourceClassAreProved() throws Exception {
		save("app.second: {username: sa, password: ''}");
		startPool(ClassPool.class);
		HikariDataSource second = context().getBean("second", HikariDataSource.class);
		try (Connection connection = second.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("create user app password 'first-secret' admin");
		}
		save("app.second: {username: app, password: wrong-secret}");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(watcher().rejected().get(0)).contains("'app.second.password' is refused by the database");
		save("app.second: {username: app, password: first-secret}");
		eventually(() -> assertThat(second.getUsername()).isEqualTo("app"));
	}

	@Test
	void loginThatHasBegunWithOldCredentialsLeavesNoConnectionOfThem() throws Exception {
		String rest = "maximum-pool-size: 2, minimum-idle: 1, connection-timeout: 3000";
		save("app.second: {username: sa, password: '', " + rest + "}");
		startPool(SlowPool.class);
		HikariDataSource second = context().getBean("second", HikariDataSource.class);
		CountDownLatch loggedIn = new CountDownLatch(1);
		try (Connection connection = second.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("create user app password 'secret' admin");
			SlowLogins.held = loggedIn;
			assertThatExceptionOfType(SQLException.class).as("a login is under way").isThrownBy(second::getConnection);
			save("app.second: {username: app, password: secret, " + rest + "}");
			eventually(() -> assertThat(second.getUsername()).isEqualTo("app"));
		}
		loggedIn.countDown();
		await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(SQLException.class).untilAsserted(() -> {
			assertThat(SlowLogins.late).as("the old login has ended").isTrue();
			try (Connection one = second.getConnection(); Connection other = second.getConnection()) {
				assertThat(one.getMetaData().getUserName()).isEqualTo("APP");
				assertThat(other.getMetaData().getUserName()).isEqualTo("APP");
			}
		});
	}

	@Test
	void driverThatHangsHoldsUpNoOtherChangeForLong() throws Exception {
		HangingDriver driver = new HangingDriver();
		DriverManager.registerDriver(driver);
		try {
			save("spring.datasource: {username: sa, password: first, hikari: {connection-timeout: 1000}}");
			startPool(Application.class, "spring.datasource.url=" + HangingDriver.URL,
					"spring.datasource.driver-class-name=" + HangingDriver.class.getName());
			save("spring.datasource: {username: sa, password: second, hikari: {connection-timeout: 1000}}");
			eventually(() -> assertThat(watcher().rejected()).hasSize(1));
			assertThat(watcher().rejected().get(0)).contains("has not answered within 1000 ms");
			long saved = System.nanoTime();
			save("{good: 1, spring.datasource: {username: sa, password: first, hikari: {connection-timeout: 1000}}}");
			eventually(() -> assertThat(context().getEnvironment().getProperty("good")).isEqualTo("1"));
			assertThat(Duration.ofNanos(System.nanoTime() - saved)).isLessThan(Duration.ofSeconds(15));
			assertThat(driver.hanging).as("the driver still holds its thread").isPositive();
		}
		finally {
			driver.goOn.countDown();
			DriverManager.deregisterDriver(driver);
		}
	}

	@Test
	void otherPoolsFollowTheirOwnPrefix() {
		startPool(TwoPools.class);
		save("app.second.maximum-pool-size: 7");
		HikariDataSource second = context().getBean("second", HikariDataSource.class);
		awaitApplied(1);
		assertThat(second.getMaximumPoolSize()).isEqualTo(7);
		assertThat(this.pool.getMaximumPoolSize()).isEqualTo(3);
	}

	@Test
	void poolIsLeftAloneWhenItsReloaderIsSwitchedOff() {
		startPool(Application.class, "governance.config.reload.hikari.enabled=false");
		saveSettings("maximum-pool-size: 9, jdbc-url: 'jdbc:h2:mem:other'");
		awaitApplied(1);
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

	private void saveSettings(String settings) {
		save("spring.datasource.hikari: {" + settings + "}");
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

	/** Its pool stands behind another object, as those are that are observed. */
	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class Wrapped {

		@Bean
		static BeanPostProcessor wrapper() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					return (bean instanceof HikariDataSource pool) ? wrap(pool) : bean;
				}

			};
		}

		private static Object wrap(HikariDataSource pool) {
			return Proxy.newProxyInstance(DataSource.class.getClassLoader(), new Class<?>[] { DataSource.class },
					(proxy, method, arguments) -> method.invoke(pool, arguments));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class FirstPool {

		@Bean
		Watcher watcher() {
			return new Watcher();
		}

		@Bean
		HikariDataSource dataSource() {
			HikariDataSource pool = new HikariDataSource();
			pool.setJdbcUrl("jdbc:h2:mem:first");
			return pool;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(FirstPool.class)
	static class ClassPool {

		@Bean
		@ConfigurationProperties("app.second")
		HikariDataSource second() {
			HikariDataSource pool = new HikariDataSource();
			pool.setDataSourceClassName("org.h2.jdbcx.JdbcDataSource");
			pool.addDataSourceProperty("URL", "jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
			return pool;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(FirstPool.class)
	static class SlowPool {

		@Bean
		@ConfigurationProperties("app.second")
		HikariDataSource second() {
			HikariDataSource pool = new HikariDataSource();
			pool.setDataSourceClassName(SlowLogins.class.getName());
			pool.addDataSourceProperty("url", "jdbc:h2:mem:" + System.nanoTime() + ";DB_CLOSE_DELAY=-1");
			return pool;
		}

	}

	/** Where logins of one user may take as long as they like. */
	public static class SlowLogins extends DriverManagerDataSource {

		private static volatile @Nullable CountDownLatch held;

		private static volatile boolean late;

		@Override
		public Connection getConnection(String user, String password) throws SQLException {
			CountDownLatch held = SlowLogins.held;
			if (held == null || !user.equals("sa")) {
				return super.getConnection(user, password);
			}
			try {
				held.await();
			}
			catch (InterruptedException ex) {
				throw new SQLException(ex);
			}
			Connection connection = super.getConnection(user, password);
			late = true;
			return connection;
		}

	}

	/** Keeps to no timeout and no interrupt. */
	public static class HangingDriver implements Driver {

		private static final String URL = "jdbc:hanging:1";

		private final CountDownLatch goOn = new CountDownLatch(1);

		private volatile int hanging;

		@Override
		public Connection connect(String url, Properties info) throws SQLException {
			if (!acceptsURL(url)) {
				return null;
			}
			this.hanging++;
			while (this.goOn.getCount() > 0) {
				try {
					this.goOn.await();
				}
				catch (InterruptedException ex) {
					// It knows of none.
				}
			}
			throw new SQLException("gone", "08001");
		}

		@Override
		public boolean acceptsURL(String url) {
			return url.equals(URL);
		}

		@Override
		public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
			return new DriverPropertyInfo[0];
		}

		@Override
		public int getMajorVersion() {
			return 1;
		}

		@Override
		public int getMinorVersion() {
			return 0;
		}

		@Override
		public boolean jdbcCompliant() {
			return false;
		}

		@Override
		public Logger getParentLogger() {
			return Logger.getGlobal();
		}

	}

}
