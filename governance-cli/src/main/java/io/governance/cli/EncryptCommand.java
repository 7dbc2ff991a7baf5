package io.governance.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

import io.governance.GovernanceException;
import io.governance.config.secret.SecretBox;
import io.governance.config.secret.SecretKeys;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "encrypt", mixinStandardHelpOptions = true,
		description = "Encrypts a value for a property and prints what to write into the document. The value is what "
				+ "is piped in, without a line end after it.")
final class EncryptCommand implements Callable<Integer> {

	@Parameters(paramLabel = "PROPERTY",
			description = "The property, such as database.password: the value opens under no other name.")
	private String property = "";

	@Option(names = "--key-file", paramLabel = "FILE",
			description = "File of the keys, of which the first one encrypts (governance.secrets.key-file).")
	private @Nullable Path keyFile;

	private final Console console;

	EncryptCommand(Console console) {
		this.console = console;
	}

	@Override
	public Integer call() throws IOException {
		if (this.property.isBlank()) {
			throw new SettingsException("for which property? a value opens under no other name");
		}
		SecretBox box = new SecretBox(keys());
		String value = Console.text(this.console.in().readAllBytes(), "what is piped in").replaceFirst("\\R\\z", "");
		if (value.isEmpty()) {
			throw new RefusedException(
					"nothing was piped in: printf %s 'secret' | governance encrypt " + this.property);
		}
		this.console.out().println(box.encrypt(this.property, value));
		return ExitCode.OK;
	}

	private SecretKeys keys() {
		Settings settings = new Settings(Map.of(), null);
		Path file = (this.keyFile != null) ? this.keyFile
				: settings.get("governance.secrets.key-file").map(Path::of).orElse(null);
		try {
			if (file != null) {
				return SecretKeys.read(file);
			}
			return settings.get("governance.secrets.key")
				.map(SecretKeys::parse)
				.orElseThrow(() -> new SettingsException(
						"there is no key: use --key-file, GOVERNANCE_SECRETS_KEY_FILE or GOVERNANCE_SECRETS_KEY"));
		}
		catch (GovernanceException ex) {
			throw (ex instanceof SettingsException known) ? known
					: new SettingsException(String.valueOf(ex.getMessage()));
		}
	}

}
