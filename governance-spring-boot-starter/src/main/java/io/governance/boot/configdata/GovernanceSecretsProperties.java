package io.governance.boot.configdata;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

import io.governance.GovernanceException;
import io.governance.boot.InvalidSettingException;
import io.governance.config.secret.Decryptor;
import io.governance.config.secret.KeyFile;
import io.governance.config.secret.SecretBox;
import io.governance.config.secret.SecretKeys;
import io.governance.config.secret.Secrets;
import org.apache.commons.logging.Log;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Properties of encrypted values. Shows no key.
 *
 * @param key Keys that encrypted values are opened with, parted by commas, for an
 * environment variable where there can be no file.
 * @param keyFile File of the keys that encrypted values are opened with, one a line in
 * Base64; the first one encrypts. Readable by its owner only. Read again when it changes.
 * @param timeout Maximum time that all encrypted values of one change may take to be
 * opened by a key management service.
 */
@ConfigurationProperties("governance.secrets")
record GovernanceSecretsProperties(@Nullable String key, @Nullable Path keyFile,
		@DefaultValue("10s") Duration timeout) {

	/**
	 * What opens encrypted values: keys of one's own, and the decryptors on the
	 * classpath.
	 */
	Secrets open(Environment environment, @Nullable ClassLoader classLoader, Log logger) {
		List<Decryptor> decryptors = new ArrayList<>();
		SecretBox box = box(logger);
		if (box != null) {
			decryptors.add(box);
		}
		ServiceLoader.load(Decryptor.class, classLoader).forEach((decryptor) -> {
			decryptor.configure(environment::getProperty);
			decryptors.add(decryptor);
		});
		return new Secrets(decryptors, this.timeout);
	}

	private @Nullable SecretBox box(Log logger) {
		Path file = this.keyFile;
		if (file == null) {
			return StringUtils.hasText(this.key) ? new SecretBox(parse(this.key)) : null;
		}
		if (StringUtils.hasText(this.key)) {
			throw new InvalidSettingException("governance.secrets.key", "is set beside governance.secrets.key-file",
					"Set one of the two", null);
		}
		try {
			KeyFile keys = new KeyFile(file);
			if (SecretKeys.isExposed(file)) {
				logger.warn("Key file " + file + " can be read or written by others than its owner: set its mode to "
						+ "0600 or 0400");
			}
			return new SecretBox(keys, new SecureRandom());
		}
		catch (GovernanceException ex) {
			throw new InvalidSettingException("governance.secrets.key-file", String.valueOf(ex.getMessage()),
					"Name a file of keys that this application may read", ex);
		}
	}

	private static SecretKeys parse(String keys) {
		try {
			return SecretKeys.parse(keys);
		}
		catch (GovernanceException ex) {
			throw new InvalidSettingException("governance.secrets.key", String.valueOf(ex.getMessage()),
					"Set keys in Base64, parted by commas", null);
		}
	}

	@Override
	public String toString() {
		return "secrets (" + ((this.keyFile != null) ? this.keyFile : (this.key != null) ? "key" : "none") + ")";
	}

}
