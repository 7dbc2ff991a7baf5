package io.governance.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

import io.governance.config.secret.SecretBox;
import io.governance.config.secret.SecretKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class EncryptCommandTests {

	@TempDir
	private Path home;

	private final Terminal terminal = new Terminal();

	@Test
	void whatIsPrintedOpensUnderThePropertyWithTheFirstKey() throws IOException {
		String key = SecretKeys.generate(new SecureRandom());
		Path file = Files.writeString(this.home.resolve("keys"),
				key + "\n" + SecretKeys.generate(new SecureRandom()) + "\n");
		for (String input : new String[] { "s3cret Value", "s3cret Value\n", "s3cret Value\r\n" }) {
			assertThat(this.terminal.pipe(input, "encrypt", "database.password", "--key-file", file.toString()))
				.as(this.terminal.err())
				.isZero();
			String written = this.terminal.out().strip();
			assertThat(written).startsWith("{cipher}v1:");
			assertThat(new SecretBox(SecretKeys.parse(key)).decrypt("database.password",
					written.substring("{cipher}v1:".length())))
				.isEqualTo("s3cret Value");
		}
	}

	@Test
	void valueThatIsNotUtf8IsRefusedRatherThanEncryptedAsAnotherOne() throws IOException {
		Path keys = Files.writeString(this.home.resolve("keys"), SecretKeys.generate(new SecureRandom()));
		byte[] latin = "s\u00e9cret".getBytes(StandardCharsets.ISO_8859_1);
		assertThat(this.terminal.pipe(latin, "encrypt", "a", "--key-file", keys.toString())).isEqualTo(1);
		assertThat(this.terminal.out()).isEmpty();
		assertThat(this.terminal.err()).contains("what is piped in is not valid UTF-8");
	}

	@Test
	void saysWhichKeyItNeedsAndWhatIsMissing() throws IOException {
		assertThat(this.terminal.pipe("s3cret", "encrypt", "a")).isEqualTo(2);
		assertThat(this.terminal.err()).contains("there is no key").doesNotContain("s3cret");
		Path wrong = Files.writeString(this.home.resolve("wrong"), "s3cret");
		assertThat(this.terminal.pipe("x", "encrypt", "a", "--key-file", wrong.toString())).isEqualTo(2);
		assertThat(this.terminal.err()).contains(wrong.toString(), "openssl rand -base64 32").doesNotContain("s3cret");
		Path keys = Files.writeString(this.home.resolve("keys"), SecretKeys.generate(new SecureRandom()));
		assertThat(this.terminal.pipe("\n", "encrypt", "a", "--key-file", keys.toString())).isEqualTo(1);
		assertThat(this.terminal.err()).contains("nothing was piped in");
		assertThat(this.terminal.pipe("x", "encrypt", "", "--key-file", keys.toString())).isEqualTo(2);
		assertThat(this.terminal.err()).contains("for which property?");
	}

}
