package io.governance.boot.backend;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a {@link BackendSelectionException}.
 */
final class BackendSelectionFailureAnalyzer extends AbstractFailureAnalyzer<BackendSelectionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, BackendSelectionException cause) {
		return new FailureAnalysis(String.valueOf(cause.getMessage()), cause.action() + ".", cause);
	}

}
