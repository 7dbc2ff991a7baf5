package io.governance.etcd;

import java.io.PrintWriter;
import java.io.StringWriter;
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
import io.governance.testkit.SettingsMetadata;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class EtcdSettingsTests {

	private static final EtcdSettings DEFAULTS = new EtcdSettings(null, null, null, null, null, null, null, null);

	private static EtcdSettings endpoints(String bundle, String... endpoints) {
		return new EtcdSettings(List.of(endpoints), null, null, null, bundle, null, null, null);
	}

	private static EtcdSettings times(long timeout, long lease, long resync) {
		return new EtcdSettings(null, null, null, null, null, Duration.ofMillis(timeout), Duration.ofMillis(lease),
				Duration.ofMillis(resync));
	}

	private static EtcdSettings withPassword(String endpoint, String bundle) {
		return new EtcdSettings(List.of(endpoint), null, "orders", "s3cret", bundle, null, null, null);
	}

	@Test
	void defaultsTakeThePlaceOfWhatIsMissing() {
		assertThat(DEFAULTS.endpoints()).containsExactly("http://127.0.0.1:2379");
		assertThat(DEFAULTS.root()).isEqualTo("governance");
		assertThat(DEFAULTS.timeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(DEFAULTS.lease()).isEqualTo(Duration.ofSeconds(10));
		assertThat(DEFAULTS.resync()).isEqualTo(Duration.ofMinutes(1));
		assertThat(endpoints(null).endpoints()).isEqualTo(DEFAULTS.endpoints());
	}

	@Test
	void metadataDescribesExactlyTheSettings() {
		SettingsMetadata.assertDescribes("governance.etcd", DEFAULTS);
	}

	@Test
	void leaseIsRoundedUpToWholeSeconds() {
		assertThat(times(2000, 2001, 1000).lease()).isEqualTo(Duration.ofSeconds(3));
		assertThat(times(2000, 3000, 1000).lease()).isEqualTo(Duration.ofSeconds(3));
	}

	@ParameterizedTest
	@CsvSource({ "timeout, 99, 10000, 60000", "timeout, 30001, 10000, 60000", "lease, 2000, 1000, 60000",
			"lease, 2000, 300001, 60000", "resync, 2000, 10000, 999", "resync, 2000, 10000, 3600001" })
	void durationOutOfRangeIsRefusedNamingTheProperty(String property, long timeout, long lease, long resync) {
		assertThatIllegalArgumentException().isThrownBy(() -> times(timeout, lease, resync))
			.withMessageContaining("governance.etcd." + property)
			.withMessageContaining("set it to a duration from");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/governance", "a//b", "a/", "a b", "ä" })
	void rootThatIsNoPathIsRefused(String root) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new EtcdSettings(null, root, null, null, null, null, null, null))
			.withMessageContaining("governance.etcd.root");
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1:2379", "ftp://127.0.0.1:2379", "http://", "http://10.0.0.1:2379/v3",
			"http://root:s3cret@10.0.0.1:2379", "http://root:s3cret @10.0.0.1:2379", "http://a b",
			"http://10.0.0.1?x=s3cret" })
	void endpointThatIsNoneIsRefusedWithoutQuotingIt(String endpoint) {
		assertThatIllegalArgumentException().isThrownBy(() -> endpoints(null, endpoint))
			.withMessageContaining("governance.etcd.endpoints")
			.satisfies(
					(ex) -> assertThat(stackTrace(ex)).contains("governance.etcd.endpoints").doesNotContain("s3cret"));
	}

	private static String stackTrace(Throwable thrown) {
		StringWriter trace = new StringWriter();
		thrown.printStackTrace(new PrintWriter(trace));
		return trace.toString();
	}

	@Test
	@DisplayName("(c) 5 TLS that is set by half fails")
	void tlsByHalfIsRefused() {
		assertThatIllegalArgumentException().isThrownBy(() -> endpoints("fleet", "http://10.0.0.1:2379"))
			.withMessageContaining("governance.etcd.ssl-bundle");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> endpoints("fleet", "https://10.0.0.1:2379", "http://10.0.0.2:2379"))
			.withMessageContaining("plain text");
		assertThatIllegalArgumentException().isThrownBy(() -> endpoints(null, "https://10.0.0.1:2379"))
			.withMessageContaining("governance.etcd.ssl-bundle");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new EtcdBackendFactory()
				.create(BackendEnvironment.of("etcd", "dev", endpoints("fleet", "https://10.0.0.1:2379"))))
			.withMessageContaining("fleet");
	}

	@Test
	void userAndPasswordBelongTogether() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new EtcdSettings(null, null, "orders", null, null, null, null, null))
			.withMessageContaining("governance.etcd.password");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new EtcdSettings(null, null, null, "s3cret", null, null, null, null))
			.withMessageContaining("governance.etcd.username")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cret"));
	}

	@Test
	@DisplayName("(c) 3 the password is never printed")
	void passwordIsNotPrinted() {
		assertThat(withPassword("http://127.0.0.1:2379", null).toString()).contains("orders").doesNotContain("s3cret");
	}

	@Test
	@DisplayName("(c) 5 a password over a network as plain text is warned of once")
	void exposedPasswordIsWarnedOf() throws Exception {
		Logger logger = (Logger) LoggerFactory.getLogger(EtcdBackendFactory.class);
		Level before = logger.getLevel();
		ListAppender<ILoggingEvent> appender = new ListAppender<>();
		appender.start();
		logger.addAppender(appender);
		logger.setLevel(Level.WARN);
		logger.setAdditive(false);
		try {
			create(withPassword("http://10.0.0.1:2379", null)).close();
			assertThat(appender.list).singleElement()
				.satisfies((event) -> assertThat(event.getFormattedMessage()).contains("plain text")
					.doesNotContain("s3cret"));
			create(withPassword("http://127.0.0.1:2379", null)).close();
			create(withPassword("http://localhost:2379", null)).close();
			create(withPassword("http://[::1]:2379", null)).close();
			create(withPassword("https://10.0.0.1:2379", "fleet")).close();
			create(endpoints(null, "http://10.0.0.1:2379")).close();
			assertThat(appender.list).hasSize(1);
		}
		finally {
			logger.setLevel(before);
			logger.setAdditive(true);
			logger.detachAppender(appender);
		}
	}

	private static Backend create(EtcdSettings settings) throws Exception {
		return new EtcdBackendFactory()
			.create(BackendEnvironment.of("etcd", "dev", settings, Map.of("fleet", SSLContext.getDefault())));
	}

	@Test
	void namespaceThatIsNoneIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new EtcdBackendFactory().create(BackendEnvironment.of("etcd", "a/b", DEFAULTS)))
			.withMessageContaining("governance.namespace");
	}

	@Test
	void factoryIsFound() {
		assertThat(ServiceLoader.load(BackendFactory.class))
			.anySatisfy((factory) -> assertThat(factory).isInstanceOf(EtcdBackendFactory.class)
				.extracting(BackendFactory::name)
				.isEqualTo("etcd"));
	}

	@Test
	void creatingABackendStartsNoThread() {
		long before = Thread.getAllStackTraces()
			.keySet()
			.stream()
			.map(Thread::getName)
			.filter((name) -> name.startsWith("governance-etcd"))
			.count();
		try (Backend backend = new EtcdBackendFactory().create(BackendEnvironment.of("etcd", "dev", DEFAULTS))) {
			assertThat(backend.name()).isEqualTo("etcd");
			assertThat(Thread.getAllStackTraces()
				.keySet()
				.stream()
				.map(Thread::getName)
				.filter((name) -> name.startsWith("governance-etcd"))).hasSizeLessThanOrEqualTo((int) before);
		}
	}

}
