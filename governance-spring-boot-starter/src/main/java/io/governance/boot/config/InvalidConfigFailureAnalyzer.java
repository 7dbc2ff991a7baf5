package io.governance.boot.config;

import io.governance.config.ConfigOrigin;
import io.governance.config.InvalidConfigException;
import io.governance.config.MissingDocumentException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains an {@link InvalidConfigException} at start.
 */
final class InvalidConfigFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigException cause) {
		ConfigOrigin origin = cause.origin();
		if (cause instanceof MissingDocumentException && origin != null) {
			return new FailureAnalysis("The config cannot be used: " + cause.getMessage(),
					"Publish " + origin + ", or set optional: true where governance.config.documents names "
							+ origin.document().name() + ".",
					cause);
		}
		String where = (origin != null) ? "document " + origin : ((cause.key() != null)
				? "the property " + cause.key() + ", in a document or in application.yml" : "the config");
		return new FailureAnalysis("The config cannot be used: " + cause.getMessage(), "Mend " + where
				+ ". There is no last good config on this machine to start from, or governance.config.on-invalid is 'fail'.",
				cause);
	}

}
