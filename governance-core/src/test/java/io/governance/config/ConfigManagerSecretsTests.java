package io.governance.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import io.governance.config.secret.SecretBox;
import io.governance.config.secret.SecretKeys;
import io.governance.config.secret.Secrets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for encrypted values in the documents of a {@link ConfigManager}.
 */
class ConfigManagerSecretsTests {

	private static final StartPolicy POLICY = new StartPolicy(false, true);

	@TempDir
	private Path directory;

	private final InMemoryConfigSource source = new InMemoryConfigSource();

	private final SecretBox box = box();

	@AfterEach
	void close() {
		this.source.close();
	}

	@Test
	void opensEncryptedValuesOfAllFormats() {
		this.source.with("low.yaml", "db:\n  user: app\n  password: '" + this.box.encrypt("db.password", "one") + "'")
			.with("mid.json", "{\"a\": {\"list\": [\"x\", \"" + this.box.encrypt("a.list[1]", "two") + "\"]}}")
			.with("high.properties", "c=" + this.box.encrypt("c", "three"));
		ConfigManager manager = manager(this.box);

		manager.load(POLICY);

		assertThat(manager.current().get("db.password").value()).isEqualTo("one");
		assertThat(manager.current().get("a.list[1]").value()).isEqualTo("two");
		assertThat(manager.current().get("c").value()).isEqualTo("three");
		assertThat(manager.current().get("db.password").secret()).isTrue();
		assertThat(manager.current().get("db.user").secret()).isFalse();
		assertThat(manager.current().get("db.password").origin()).hasToString("dev/shop/low.yaml:3:13");
	}

	@Test
	void knowsWhatIsSecretAndWhatRefersToIt() {
		this.source.with("low.yaml",
				"url: jdbc:h2:${db.user}:${db.pass-word}\nfurther: <${URL}>\ndb: {user: app, passWord: '"
						+ this.box.encrypt("db.password", "s3cretValue") + "'}\npin: '" + this.box.encrypt("pin", "123")
						+ "'");
		ConfigManager manager = manager(this.box);
		manager.load(POLICY);
		ConfigSnapshot snapshot = manager.current();

		assertThat(Stream.of("db.password", "DB.PASS_WORD", "url", "further", "pin").filter(snapshot::isSecret))
			.hasSize(5);
		assertThat(Stream.of("db.user", "db", "", "missing").filter(snapshot::isSecret)).isEmpty();
		assertThat(snapshot.hasSecrets()).isTrue();
		assertThat(ConfigSnapshot.EMPTY.hasSecrets()).isFalse();
		assertThat(Stream.of("s3cretValue", "for input string: \"s3cretValue\"", "123").filter(snapshot::reveals))
			.hasSize(3);
		assertThat(Stream.of("s3cret", "app", "1234", "").filter(snapshot::reveals)).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "pass$word", "pass:word", "passwords[urn:db]" })
	void knowsWhatRefersToASecretWhateverItIsCalled(String key) {
		this.source.with("low.yaml",
				"url: jdbc:h2:${" + key + "}\n'" + key + "': '" + this.box.encrypt(key, "s3cretValue") + "'");
		ConfigManager manager = manager(this.box);
		manager.load(POLICY);

		assertThat(manager.current().isSecret(key)).isTrue();
		assertThat(manager.current().isSecret("url")).isTrue();
	}

	@Test
	void knowsWhatRefersToASecretByAnotherSpelling() {
		this.source.with("low.yaml", "url: jdbc:h2:${mydb.password}\n'my@db.password': '"
				+ this.box.encrypt("my@db.password", "s3cretValue") + "'");
		ConfigManager manager = manager(this.box);
		manager.load(POLICY);

		assertThat(manager.current().isSecret("url")).isTrue();
		assertThat(manager.current().isSecret("mydb.password")).isTrue();
		assertThat(manager.current().isSecret("mydb.url")).isFalse();
	}

	@Test
	void tellsNobodyWhenAValueIsOnlyEncryptedAnew() {
		this.source.with("low.yaml", "a: '" + this.box.encrypt("a", "same") + "'");
		ConfigManager manager = manager(this.box);
		manager.load(POLICY);
		RecordedEvents events = new RecordedEvents();
		manager.listen(events);
		manager.watch();

		this.source.put("low.yaml", "a: '" + this.box.encrypt("a", "same") + "'");
		assertThat(events.take()).isEmpty();
		this.source.put("low.yaml", "a: '" + this.box.encrypt("a", "other") + "'");
		assertThat(events.take()).containsExactly("applied [a]");
	}

	@Test
	void knowsThatAValueIsSecretFromWhenItIsEncrypted() {
		this.source.with("low.yaml", "a: same\nb: 1");
		ConfigManager manager = manager(this.box);
		manager.load(POLICY);
		manager.watch();
		assertThat(manager.current().isSecret("a")).isFalse();

		this.source.put("low.yaml", "a: '" + this.box.encrypt("a", "same") + "'\nb: 1");
		assertThat(manager.current().isSecret("a")).isTrue();
		assertThat(manager.current().get("a").secret()).isTrue();

		this.source.put("low.yaml", "a: same\nb: 1");
		assertThat(manager.current().isSecret("a")).isFalse();
	}

	@Test
	@DisplayName("(c)6 the last good config on disk holds the cipher text, not the value")
	void keepsTheCipherTextOnDisk() throws IOException {
		String written = this.box.encrypt("a", "s3cretValue");
		this.source.with("low.yaml", "a: '" + written + "'");
		ConfigManager manager = manager(this.box);
		manager.load(POLICY);

		manager.ready();

		String file = Files.readString(cache().file(), StandardCharsets.ISO_8859_1);
		assertThat(file).contains(written).doesNotContain("s3cretValue");
		this.source.goDown();
		ConfigManager restarted = manager(this.box);
		restarted.load(new StartPolicy(true, true));
		assertThat(restarted.current().get("a").value()).isEqualTo("s3cretValue");
	}

	@Test
	@DisplayName("(c)3 a value that cannot be decrypted is refused with document, line and key, without the value")
	void refusesAChangeThatCannotBeDecrypted() {
		this.source.with("low.yaml", "a: '" + this.box.encrypt("a", "s3cretValue") + "'");
		ConfigManager manager = manager(this.box);
		manager.load(POLICY);
		RecordedEvents events = new RecordedEvents();
		manager.listen(events);
		manager.watch();
		String foreign = box().encrypt("a", "s3cretOther");

		try (CapturedLog log = CapturedLog.open()) {
			this.source.put("low.yaml", "\na: '" + foreign + "'");

			assertThat(log.lines(Level.INFO)).singleElement()
				.asString()
				.startsWith("ERROR Config rejected, the last good config stays in force: dev/shop/low.yaml:2:4: 'a' "
						+ "was encrypted with the key '");
			assertThat(log.text()).doesNotContain("s3cret").doesNotContain(foreign);
		}
		assertThat(events.take()).singleElement().asString().doesNotContain("s3cret").doesNotContain(foreign);
		assertThat(manager.current().get("a").value()).isEqualTo("s3cretValue");
		assertThat(manager.current().toString() + manager.current().get("a") + manager.current().values())
			.doesNotContain("s3cret");
	}

	@Test
	void refusesToStartWithAWrongKeyOrNone() {
		this.source.with("low.yaml", "a: '" + this.box.encrypt("a", "s3cretValue") + "'");
		ConfigManager before = manager(this.box);
		before.load(POLICY);
		before.ready();

		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> manager(box()).load(POLICY))
			.withMessageContaining("dev/shop/low.yaml:1:4: 'a' was encrypted with the key")
			.withMessageNotContaining("s3cret");
		ConfigManager without = ConfigManager.of(this.source, before.layers()).build();
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> without.load(POLICY))
			.withMessageContaining("has no key");
	}

	@Test
	void startsFromTheLastGoodConfigWhenANewSecretCannotBeOpened() {
		this.source.with("low.yaml", "a: '" + this.box.encrypt("a", "good") + "'");
		ConfigManager before = manager(this.box);
		before.load(POLICY);
		before.ready();
		this.source.put("low.yaml", "a: '" + box().encrypt("a", "of somebody else") + "'");

		ConfigManager restarted = manager(this.box);
		restarted.load(POLICY);

		assertThat(restarted.current().get("a").value()).isEqualTo("good");
		assertThat(restarted.status().source()).isEqualTo(ConfigStatus.Source.CACHE);
		assertThat(restarted.status().rejection()).isNotNull();
	}

	private SnapshotCache cache() {
		return new SnapshotCache(this.directory.resolve("cache"), "orders");
	}

	private ConfigManager manager(SecretBox box) {
		return ConfigManager
			.of(this.source,
					List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("mid.json"),
							InMemoryConfigSource.id("high.properties")))
			.cache(cache())
			.secrets(new Secrets(List.of(box), Secrets.DEFAULT_TIMEOUT))
			.build();
	}

	private static SecretBox box() {
		return new SecretBox(SecretKeys.parse(SecretKeys.generate(new SecureRandom())));
	}

}
