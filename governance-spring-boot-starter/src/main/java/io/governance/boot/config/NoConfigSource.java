package io.governance.boot.config;

import java.util.Set;

import io.governance.Subscription;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;

/**
 * Has no document and never will.
 */
final class NoConfigSource implements ConfigSource {

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		return ConfigDocuments.NONE;
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		return () -> {
		};
	}

	@Override
	public void close() {
	}

}
