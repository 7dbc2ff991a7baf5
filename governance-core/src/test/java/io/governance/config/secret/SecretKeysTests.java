package io.governance.config.secret;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

import io.governance.GovernanceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SecretKeys} and {@link KeyFile}.
 */
class SecretKeysTests {

	private static final String ONE = SecretKeys.generate(new SecureRandom());

	private static final String OTHER = SecretKeys.generate(new SecureRandom());

	@TempDir
	private Path directory;

	@Test
	void readsOneKeyALineOrBetweenCommas() {
		SecretKeys lines = SecretKeys.parse("# since May\r\n" + ONE + "\r\n\n  " + OTHER + "  \n");

		assertThat(lines.ids()).hasSize(2).allMatch((id) -> id.matches(SecretKeys.ID));
		assertThat(SecretKeys.parse(ONE + ", " + OTHER).ids()).containsExactlyElementsOf(lines.ids());
		assertThat(lines.newest()).isEqualTo(SecretKeys.parse(ONE).newest());
	}

	@ParameterizedTest
	@ValueSource(strings = { "# since May, of Anna, not of Bert\n", "\uFEFF# since May\r\n", "\uFEFF",
			"  # indented, with a comma\r\n\r\n", "# f\u00fcr alle\n" })
	void readsCommentsAsEditorsWriteThem(String before) throws IOException {
		Path file = Files.writeString(this.directory.resolve("keys"), before + ONE + "\r\n" + OTHER + "\r\n");

		assertThat(SecretKeys.read(file).ids()).containsExactlyElementsOf(SecretKeys.parse(ONE + "," + OTHER).ids());
	}

	@Test
	void rotatesInAFileWithComments() throws IOException {
		Path file = Files.writeString(this.directory.resolve("keys"), "# of May, by Anna\r\n" + ONE + "\r\n");
		KeyFile keys = new KeyFile(file);
		SecretBox box = new SecretBox(keys, new SecureRandom());
		String old = box.encrypt("a", "1");

		Files.writeString(file, "# of June, by Bert\r\n" + OTHER + "\r\n# of May, by Anna\r\n" + ONE + "\r\n");

		assertThat(keys.get().newest()).isEqualTo(SecretKeys.parse(OTHER).newest());
		assertThat(box.decrypt("a", old.substring(old.indexOf(':') + 1))).isEqualTo("1");
	}

	@Test
	void showsNoKey() {
		assertThat(SecretKeys.parse(ONE)).hasToString("keys [" + SecretKeys.parse(ONE).newest() + "]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "s3cretValue", "czNjcmV0VmFsdWU=", "s3cret Value",
			"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISI=" })
	void refusesWhatIsNoKeyWithoutShowingIt(String text) {
		assertThatExceptionOfType(GovernanceException.class).isThrownBy(() -> SecretKeys.parse("#\n" + text))
			.withMessage("Key 2 is not 32 bytes in Base64, as 'openssl rand -base64 32' makes them")
			.withNoCause();
	}

	@Test
	void refusesNoKeyAndTheSameTwice() {
		assertThatExceptionOfType(GovernanceException.class).isThrownBy(() -> SecretKeys.parse("\n# none\n"))
			.withMessageContaining("openssl rand");
		assertThatExceptionOfType(GovernanceException.class).isThrownBy(() -> SecretKeys.parse(ONE + "\n" + ONE))
			.withMessage("Key 2 is there twice");
	}

	@ParameterizedTest
	@CsvSource({ "rw-------, false", "r--------, false", "rw-r-----, true", "rw-r--r--, true", "rw--w----, true" })
	void tellsWhetherOthersMayReadOrWriteTheFile(String permissions, boolean exposed) throws IOException {
		Path file = Files.writeString(this.directory.resolve("keys"), ONE);
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));

		assertThat(SecretKeys.isExposed(file)).isEqualTo(exposed);
		Path link = Files.createSymbolicLink(this.directory.resolve("link"), file);
		assertThat(SecretKeys.isExposed(link)).isEqualTo(exposed);
		assertThat(SecretKeys.read(link).ids()).hasSize(1);
	}

	@Test
	void namesTheFileThatCannotBeUsed() throws IOException {
		Path missing = this.directory.resolve("missing");
		assertThatExceptionOfType(GovernanceException.class).isThrownBy(() -> SecretKeys.read(missing))
			.withMessage("Key file " + missing + " does not exist");
		assertThatExceptionOfType(GovernanceException.class).isThrownBy(() -> SecretKeys.read(this.directory))
			.withMessage("Key file " + this.directory + " cannot be read: is not a file");
		Path wrong = Files.writeString(this.directory.resolve("wrong"), "s3cretValue");
		assertThatExceptionOfType(GovernanceException.class).isThrownBy(() -> SecretKeys.read(wrong))
			.withMessageStartingWith("Key file " + wrong + ": Key 1 is not")
			.withMessageNotContaining("s3cretValue");
		Path large = Files.write(this.directory.resolve("large"), new byte[100_000]);
		assertThatExceptionOfType(GovernanceException.class).isThrownBy(() -> SecretKeys.read(large))
			.withMessageContaining("too large");
	}

	@Test
	void followsTheFileAndKeepsTheKeysWhenItIsBroken() throws IOException {
		Path file = Files.writeString(this.directory.resolve("keys"), ONE);
		KeyFile keys = new KeyFile(file);
		assertThat(keys.get().ids()).hasSize(1);

		Files.writeString(file, OTHER + "\n" + ONE);
		assertThat(keys.get().ids()).hasSize(2);
		assertThat(keys.get().newest()).isEqualTo(SecretKeys.parse(OTHER).newest());

		Files.writeString(file, "broken");
		assertThat(keys.get().ids()).hasSize(2);
		Files.delete(file);
		assertThat(keys.get().ids()).hasSize(2);
	}

}
