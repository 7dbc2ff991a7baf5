package io.governance.boot.config;

import io.governance.boot.configdata.GovernancePropertySource;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/**
 * Explains an {@link InvalidConfigException} at the start of an application that reads no
 * remote config, so that whoever has forgotten to import it learns that.
 */
final class NotImportedFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigException> {

	private final Environment environment;

	NotImportedFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, InvalidConfigException cause) {
		if (!(this.environment instanceof ConfigurableEnvironment configurable)
				|| configurable.getPropertySources().contains(GovernancePropertySource.NAME)) {
			return null;
		}
		return new FailureAnalysis("The config cannot be used: " + cause.getMessage(), "Mend "
				+ ((cause.key() != null) ? "the property " + cause.key() : "the config")
				+ " in application.yml. No remote config is read: if it should come from a document, set "
				+ "spring.config.import=governance: and leave governance.enabled and governance.config.enabled on.",
				cause);
	}

}
