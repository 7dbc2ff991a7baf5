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
		return new FailureAnalysis(
				"The remote config cannot be read from backend '" + cause.backend() + "': " + cause.getMessage(),
				"Check the properties below governance." + cause.backend()
						+ ". To start without the backend, from the last good config if there is one, set "
						+ "spring.config.import=optional:governance:",
				cause);
	}

}
