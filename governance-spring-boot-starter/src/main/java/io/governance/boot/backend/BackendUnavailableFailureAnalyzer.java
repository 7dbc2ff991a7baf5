package io.governance.boot.backend;

import io.governance.BackendUnavailableException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a {@link BackendUnavailableException} at start.
 */
final class BackendUnavailableFailureAnalyzer extends AbstractFailureAnalyzer<BackendUnavailableException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, BackendUnavailableException cause) {
		return new FailureAnalysis("Backend '" + cause.backend() + "' cannot be used: " + cause.getMessage(),
				"Check the properties below governance." + cause.backend()
						+ ". If it was the import of config that failed, "
						+ "spring.config.import=optional:governance: starts without the backend, "
						+ "from the last good config if there is one.",
				cause);
	}

}
