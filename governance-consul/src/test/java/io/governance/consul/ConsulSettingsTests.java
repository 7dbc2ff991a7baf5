package io.governance.consul;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.governance.backend.BackendEnvironment;
import io.governance.consul.ConsulSettings.LockSettings;
import io.governance.consul.ConsulSettings.RegistrationSettings;
import io.governance.testkit.SettingsMetadata;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ConsulSettingsTests {

	private static ConsulSettings settings(List<String> addresses, String root, String token, String tokenFile,
			String bundle, Integer maxWatches) {
		return new ConsulSettings(addresses, root, null, null, token, tokenFile, bundle, null, null, maxWatches, null,
				null);
	}

	@Test
	void defaultsSuitAnAgentOnThisMachine() {
		ConsulSettings settings = settings(null, null, null, null, null, null);
		assertThat(settings.addresses()).containsExactly("http://127.0.0.1:8500");
		assertThat(settings.root()).isEqualTo("governance");
		assertThat(settings.consistency()).isEqualTo(ConsulSettings.Consistency.CONSISTENT);
		assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(2));
		assertThat(settings.maxWatches()).isEqualTo(64);
		assertThat(settings.registration().check()).isEqualTo(ConsulSettings.CheckType.TTL);
		assertThat(settings.lock().ttl()).isEqualTo(Duration.ofSeconds(10));
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:8500", "ftp://localhost", "http://", "http://user:secret@host:8500",
			"http://host:8500?token=secret", "http://host:70000", "not a url" })
	void addressThatIsNoneIsRefusedWithoutQuotingIt(String address) {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(List.of(address), null, null, null, null, null))
			.withMessageContaining("governance.consul.addresses")
			.withMessageContaining("http://host:port")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/governance", "governance/", "a//b", "../agent", "a/../b", "a?b", "a#b", "a%2e" })
	@DisplayName("F28 A root that is no clean path is refused")
	void rootThatIsNoCleanPathIsRefused(String root) {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(null, root, null, null, null, null))
			.withMessageContaining("governance.consul.root");
	}

	@Test
	void otherWrongSettingsNameThePropertyAndTheFix() {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(List.of(), null, null, null, null, null))
			.withMessageContaining("governance.consul.addresses is empty");
		assertThatIllegalArgumentException().isThrownBy(() -> settings(null, null, "a", "/b", null, null))
			.withMessageContaining("governance.consul.token-file");
		assertThatIllegalArgumentException().isThrownBy(() -> settings(null, null, null, null, null, 137))
			.withMessageContaining("governance.consul.max-watches is 137");
		assertThatIllegalArgumentException().isThrownBy(() -> new LockSettings(Duration.ofSeconds(5), null))
			.withMessage("governance.consul.lock.ttl is 5s: set it to a duration from 10s to 600s");
		assertThatIllegalArgumentException().isThrownBy(
				() -> new RegistrationSettings(null, Duration.ofMillis(10), null, null, null, null, null, null, null))
			.withMessageContaining("governance.consul.registration.ttl is 10ms");
	}

	@Test
	@DisplayName("Security 3: a token is never printed, nor quoted when it is wrong")
	void tokenIsNeverPrinted() {
		assertThat(settings(null, null, "s3cr3t", null, null, null).toString()).doesNotContain("s3cr3t");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> settings(null, null, "s3cr3t\nX-Evil: 1", null, null, null))
			.withMessageContaining("governance.consul.token")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cr3t"));
	}

	@Test
	@DisplayName("Security 5: a bundle with a plain address, and a bundle that is not there, never become plain text")
	void misconfiguredTlsFails() {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(null, null, null, null, "mine", null))
			.withMessageContaining("governance.consul.ssl-bundle");
		ConsulSettings settings = settings(List.of("https://localhost:8501"), null, null, null, "mine", null);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new ConsulBackendFactory().create(BackendEnvironment.of("consul", "default", settings)))
			.withMessageContaining("mine");
	}

	@Test
	void creatingABackendConnectsToNothingAndStartsNoThread() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		ConsulFixture.backend("default", settings(List.of("http://127.0.0.1:1"), null, null, null, null, null)).close();
		assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !before.contains(thread))
			.noneMatch((thread) -> thread.getName().startsWith("governance"));
	}

	@Test
	void namespaceThatIsNoneIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ConsulFixture.backend("a.b", settings(null, null, null, null, null, null)))
			.withMessageContaining("governance.namespace");
	}

	@Test
	void tokenFileIsReadAgainWhenItChanges(@TempDir Path directory) throws IOException {
		Path file = directory.resolve("token");
		ConsulToken token = new ConsulToken(settings(null, null, null, file.toString(), null, null));
		assertThatExceptionOfType(IOException.class).isThrownBy(token::get)
			.withMessageContaining("governance.consul.token-file");
		Files.writeString(file, "one\n");
		assertThat(token.get()).isEqualTo("one");
		Files.writeString(file, "two\n");
		Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1_000_000_000_000L));
		assertThat(token.get()).isEqualTo("two");
		Files.delete(file);
		assertThatExceptionOfType(IOException.class).isThrownBy(token::get)
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("two"));
	}

	@Test
	void metadataDescribesEverySetting() {
		SettingsMetadata.assertDescribes("governance.consul", settings(null, null, null, null, null, null));
	}

}
