package io.governance.boot.configdata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

import io.governance.boot.TestFleet;
import io.governance.boot.config.LiveConfig;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigRejection;
import io.governance.config.ConfigStatus;
import io.governance.config.secret.SecretBox;
import io.governance.config.secret.SecretKeys;
import jakarta.validation.constraints.Size;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Applications whose documents hold encrypted values. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class SecretConfigTests {

	private static final String KEY = SecretKeys.generate(new SecureRandom());

	private static final String OTHER_KEY = SecretKeys.generate(new SecureRandom());

	private final SecretBox box = new SecretBox(SecretKeys.parse(KEY));

	private TestFleet fleet;

	private Path keyFile;

	@BeforeEach
	void createFleet(@TempDir Path directory) throws IOException {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.keyFile = Files.writeString(directory.resolve("keys"), KEY);
		Files.setPosixFilePermissions(this.keyFile, PosixFilePermissions.fromString("rw-------"));
	}

	@Test
	void opensWithTheKeyOfAFile(CapturedOutput output) {
		save("db.password", "one");
		try (ConfigurableApplicationContext context = start(Live.class)) {
			assertThat(context.getEnvironment().getProperty("db.password")).isEqualTo("one");
			LiveConfig<?> live = context.getBean(Shown.class).live;
			assertThat(live.get()).isEqualTo(new Database("one"));
			save("db.password", "two");
			await().until(() -> live.get().equals(new Database("two")));
			assertThat(output).doesNotContain("read or written by others");
		}
	}

	@Test
	void opensWithTheKeyOfAProperty() {
		save("db.password", "one");
		try (ConfigurableApplicationContext context = start(Live.class, "governance.secrets.key-file=",
				"governance.secrets.key=" + OTHER_KEY + "," + KEY)) {
			assertThat(context.getEnvironment().getProperty("db.password")).isEqualTo("one");
		}
	}

	@Test
	void warnsOfAKeyFileThatOthersMayRead(CapturedOutput output) throws IOException {
		Files.setPosixFilePermissions(this.keyFile, PosixFilePermissions.fromString("rw-r--r--"));
		start(Live.class).close();
		assertThat(output).contains("Key file " + this.keyFile + " can be read or written by others");
	}

	@Test
	void takesANewKeyFromTheFileWhileItRuns() throws IOException {
		save("db.password", "one");
		try (ConfigurableApplicationContext context = start(Live.class)) {
			Files.writeString(this.keyFile, OTHER_KEY + "\n" + KEY);
			save(new SecretBox(SecretKeys.parse(OTHER_KEY)), "db.password", "two");
			await().until(() -> context.getBean(Shown.class).live.get().equals(new Database("two")));
		}
	}

	@Test
	void opensWithADecryptorOnTheClasspath() {
		this.fleet.save("orders.yaml", "db.password: '{cipher}reversed:cba'");
		try (ConfigurableApplicationContext context = start(Live.class, "reversed.mark=x")) {
			assertThat(context.getEnvironment().getProperty("db.password")).isEqualTo("xabc");
		}
		assertThatThrownBy(() -> start(Live.class, "governance.config.cache.enabled=false"))
			.hasMessageContaining("default/default/orders.yaml:1:14: 'db.password' needs the property reversed.mark");
	}

	@ParameterizedTest
	@ValueSource(strings = { "governance.secrets.key-file=/nowhere/keys", "governance.secrets.key-file=/proc",
			"governance.secrets.key=s3cretValue" })
	void refusesKeysThatCannotBeUsed(String setting, CapturedOutput output) {
		String file = setting.contains("key-file") ? "reversed.mark=" : "governance.secrets.key-file=";
		assertThatThrownBy(() -> start(Live.class, file, setting));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsPattern("Description:\\s+governance\\.secrets\\.key")
			.doesNotContain("s3cretValue");
	}

	@Test
	void refusesKeysInTwoPlaces(CapturedOutput output) {
		assertThatThrownBy(() -> start(Live.class, "governance.secrets.key=" + KEY));
		assertThat(output).contains("Set one of the two").doesNotContain(KEY);
	}

	@Test
	@DisplayName("(c)3 a start with a wrong key is refused with document, line and key of the property")
	void doesNotStartWithAWrongKey(CapturedOutput output) {
		save(new SecretBox(SecretKeys.parse(OTHER_KEY)), "db.password", "s3cretValue");
		assertThatThrownBy(() -> start(Live.class));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("default/default/orders.yaml:1:14: 'db.password' was encrypted with the key")
			.doesNotContain("s3cretValue");
	}

	@Test
	void keepsTheLastGoodConfigWhenANewSecretCannotBeOpened(CapturedOutput output) {
		save("db.password", "s3cretGood");
		try (ConfigurableApplicationContext context = start(Live.class)) {
			save(new SecretBox(SecretKeys.parse(OTHER_KEY)), "db.password", "s3cretValue");
			ConfigManager manager = context.getBean(ConfigManager.class);
			await().until(() -> manager.status().rejection() != null);
			assertThat(context.getBean(Shown.class).live.get()).isEqualTo(new Database("s3cretGood"));
		}
		try (ConfigurableApplicationContext context = start(Live.class)) {
			assertThat(context.getBean(ConfigManager.class).status().source()).isEqualTo(ConfigStatus.Source.CACHE);
			assertThat(context.getBean(Shown.class).live.get()).isEqualTo(new Database("s3cretGood"));
		}
		assertThat(output).doesNotContain("s3cret");
	}

	@ParameterizedTest
	@ValueSource(classes = { LiveNumber.class, BoundNumber.class, BoundBean.class, Constrained.class })
	@DisplayName("(c)3 a secret that cannot be bound or is not valid is not shown at start, whatever is logged")
	void showsNoSecretThatCannotBeUsedAtStart(Class<?> application, CapturedOutput output) {
		save("db.password", "s3cretValue");
		Throwable failure = catchThrowable(() -> start(application, "logging.level.root=TRACE"));
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			assertThat(cause.toString()).doesNotContain("s3cretValue");
		}
		assertThat(failure).hasStackTraceContaining("default/default/orders.yaml:1:14: 'db.password' ");
		assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain("s3cretValue");
	}

	@ParameterizedTest
	@ValueSource(classes = { LiveNumber.class, BoundBean.class, Constrained.class })
	@DisplayName("(c)3 a secret that cannot be bound or is not valid is not shown at a change, whatever is logged")
	void showsNoSecretThatCannotBeUsedAtAChange(Class<?> application, CapturedOutput output) {
		save("db.password", "123");
		try (ConfigurableApplicationContext context = start(application, "logging.level.root=TRACE")) {
			save("db.password", "s3cretValue");
			ConfigManager manager = context.getBean(ConfigManager.class);
			await().until(() -> manager.status().rejection() != null);
			ConfigRejection rejection = manager.status().rejection();
			assertThat(rejection.describe()).startsWith("default/default/orders.yaml:1:14: 'db.password' ")
				.doesNotContain("s3cretValue");
			assertThat(rejection.cause()).hasNoCause();
		}
		assertThat(output).contains("Config rejected").doesNotContain("s3cretValue");
	}

	private void save(String property, String value) {
		save(this.box, property, value);
	}

	private void save(SecretBox box, String property, String value) {
		this.fleet.save("orders.yaml", property + ": '" + box.encrypt(property, value) + "'");
	}

	private ConfigurableApplicationContext start(Class<?> application, String... properties) {
		String[] all = new String[properties.length + 1];
		all[0] = "governance.secrets.key-file=" + this.keyFile;
		System.arraycopy(properties, 0, all, 1, properties.length);
		return this.fleet.start(application, all);
	}

	@ConfigurationProperties("db")
	record Database(String password) {

	}

	@ConfigurationProperties("db")
	record Numbered(@DefaultValue("1") int password) {

	}

	@Validated
	@ConfigurationProperties("db")
	record Limited(@Size(max = 5, message = "'${validatedValue}' is too long") String password) {

	}

	@ConfigurationProperties("db")
	static class Mutable {

		private int password;

		public int getPassword() {
			return this.password;
		}

		public void setPassword(int password) {
			this.password = password;
		}

	}

	record Shown(LiveConfig<?> live) {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Live {

		@Bean
		Shown shown(LiveConfig<Database> live) {
			return new Shown(live);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class LiveNumber {

		@Bean
		Shown shown(LiveConfig<Numbered> live) {
			return new Shown(live);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Constrained {

		@Bean
		Shown shown(LiveConfig<Limited> live) {
			return new Shown(live);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(Numbered.class)
	static class BoundNumber {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(Mutable.class)
	static class BoundBean {

	}

}
