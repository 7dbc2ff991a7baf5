package io.governance.nacos;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

import javax.net.ssl.SSLContext;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.backend.Capability;
import io.governance.testkit.SettingsMetadata;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What can be set, and what is told of it.
 */
class NacosSettingsTests {

	private static NacosSettings defaults() {
		return new NacosSettings(null, null, null, null, null, null, null, null, null, null, null);
	}

	private static NacosSettings addresses(String... addresses) {
		return new NacosSettings(List.of(addresses), null, null, null, null, null, null, null, null, null, null);
	}

	private static NacosSettings user(@Nullable String username, @Nullable String password) {
		return new NacosSettings(null, username, password, null, null, null, null, null, null, null, null);
	}

	private static NacosSettings timeout(Duration timeout) {
		return new NacosSettings(null, null, null, null, null, null, null, null, timeout, null, null);
	}

	@Test
	void everythingHasADefaultAndIsDescribed() {
		assertThat(defaults().addresses()).containsExactly("127.0.0.1:8848");
		SettingsMetadata.assertDescribes("governance.nacos", defaults());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "localhost", "http://localhost:8848", "localhost:0", "localhost:64999", "a b:1",
			"user:secret@localhost:8848", "user:a@secret@localhost:8848" })
	void addressThatIsNoneIsRefused(String address) {
		assertThatIllegalArgumentException().isThrownBy(() -> addresses(address))
			.withMessageContaining("governance.nacos.addresses")
			.withMessageContaining("127.0.0.1:8848")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "my_nacos:8848", "nacos.1:8848", "-nacos:8848", "[::1%]:8848" })
	void hostThatNoUrlMayNameIsRefused(String address) {
		assertThatIllegalArgumentException().isThrownBy(() -> addresses(address))
			.withMessageContaining("governance.nacos.addresses: '" + address + "'")
			.withMessageContaining("'_'");
	}

	@Test
	void noAddressAtAllIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(NacosSettingsTests::addresses)
			.withMessageContaining("governance.nacos.addresses");
		assertThat(addresses("[::1]:8848", "nacos-1.example:80").addresses()).hasSize(2);
	}

	@Test
	void userAndPasswordBelongTogether() {
		assertThatIllegalArgumentException().isThrownBy(() -> user("alice", null))
			.withMessageContaining("governance.nacos.password");
		assertThatIllegalArgumentException().isThrownBy(() -> user(null, "secret"))
			.withMessageContaining("governance.nacos.username");
	}

	@Test
	@DisplayName("(c)3 No password is printed")
	void noPasswordIsPrinted() {
		NacosSettings settings = new NacosSettings(null, "alice", "s3cret", null,
				new NacosSettings.Admin("bob", "t0psecret", null), null, null, null, null, null, null);
		assertThat(settings.toString()).doesNotContain("s3cret", "t0psecret");
		assertThat(settings.admin().toString()).doesNotContain("t0psecret");
		assertThat(settings.effectiveAdmin().username()).isEqualTo("bob");
		assertThat(user("alice", "s3cret").effectiveAdmin().username()).isEqualTo("alice");
	}

	@Test
	void timesAreBounded() {
		assertThatIllegalArgumentException().isThrownBy(() -> timeout(Duration.ofMillis(99)))
			.withMessageContaining("governance.nacos.timeout");
		assertThatIllegalArgumentException().isThrownBy(() -> timeout(Duration.ofSeconds(61)))
			.withMessageContaining("100ms to 60s");
	}

	@Test
	void factoryIsFoundAndCreatesWithoutConnectingOrStartingAThread() {
		BackendFactory factory = ServiceLoader.load(BackendFactory.class)
			.stream()
			.map(ServiceLoader.Provider::get)
			.filter((one) -> one.name().equals("nacos"))
			.findFirst()
			.orElseThrow();
		int threads = Thread.activeCount();
		try (Backend backend = factory.create(BackendEnvironment.of("second", "dev", addresses("127.0.0.1:1")))) {
			assertThat(backend.name()).isEqualTo("second");
			assertThat(backend.capabilities()).containsExactlyInAnyOrder(Capability.LIST, Capability.HISTORY);
			assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(backend::lock)
				.withMessageContaining("fencing");
			assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
		}
	}

	@Test
	@DisplayName("(c)5 A bundle that does not exist is no reason to speak plain text")
	void unknownBundleIsRefused() throws Exception {
		NacosSettings settings = new NacosSettings(null, null, null, null, null, null, null, null, null, null, "mine");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new NacosBackendFactory().create(BackendEnvironment.of("nacos", "dev", settings)))
			.withMessageContaining("governance.nacos.ssl-bundle");
		new NacosBackendFactory()
			.create(BackendEnvironment.of("nacos", "dev", settings, Map.of("mine", SSLContext.getDefault())))
			.close();
	}

	@Test
	@DisplayName("(c)5 A password over a network as plain text is warned of once")
	void exposedPasswordIsWarnedOf() throws Exception {
		Logger logger = (Logger) LoggerFactory.getLogger(NacosBackend.class);
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.start();
		logger.addAppender(lines);
		try {
			create("10.0.0.1:8848", "alice", null);
			assertThat(lines.list).singleElement()
				.satisfies((event) -> assertThat(event.getLevel()).isEqualTo(Level.WARN))
				.satisfies((event) -> assertThat(event.getFormattedMessage()).contains("plain text", "ssl-bundle")
					.doesNotContain("s3cret"));
			for (String here : List.of("127.0.0.1:8848", "localhost:8848", "[::1]:8848")) {
				create(here, "alice", null);
			}
			create("10.0.0.1:8848", null, null);
			create("10.0.0.1:8848", "alice", "fleet");
			assertThat(lines.list).hasSize(1);
		}
		finally {
			logger.detachAppender(lines);
		}
	}

	private static void create(String address, @Nullable String user, @Nullable String bundle) throws Exception {
		NacosSettings settings = new NacosSettings(List.of(address), user, (user != null) ? "s3cret" : null, null, null,
				null, null, null, null, null, bundle);
		new NacosBackendFactory()
			.create(BackendEnvironment.of("nacos", "dev", settings, Map.of("fleet", SSLContext.getDefault())))
			.close();
	}

}
