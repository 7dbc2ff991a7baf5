package io.governance.config;

import java.util.LinkedHashMap;
import java.util.Map;

import io.governance.config.secret.DecryptionException;
import io.governance.config.secret.Secrets;

/**
 * Opens the encrypted values of the documents of one change. Not thread-safe.
 */
final class EncryptedValues {

	private final Secrets.Opener opener;

	EncryptedValues(Secrets secrets) {
		this.opener = secrets.begin();
	}

	/**
	 * The values of a document, of which the encrypted ones are opened and marked.
	 * @throws InvalidConfigException if one cannot be opened
	 */
	Map<String, ConfigValue> open(Map<String, ConfigValue> values) {
		Map<String, ConfigValue> opened = values;
		for (Map.Entry<String, ConfigValue> entry : values.entrySet()) {
			ConfigValue value = entry.getValue();
			if (Secrets.isEncrypted(value.value())) {
				opened = (opened != values) ? opened : new LinkedHashMap<>(values);
				opened.put(entry.getKey(), open(entry.getKey(), value));
			}
		}
		return opened;
	}

	private ConfigValue open(String key, ConfigValue value) {
		try {
			return new ConfigValue(this.opener.open(key, (String) value.value()), value.origin(), true);
		}
		catch (DecryptionException ex) {
			throw new InvalidConfigException(value.origin(), key, String.valueOf(ex.getMessage()), null);
		}
	}

}
