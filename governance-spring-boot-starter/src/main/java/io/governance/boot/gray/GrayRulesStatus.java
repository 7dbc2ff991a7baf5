package io.governance.boot.gray;

import org.jspecify.annotations.Nullable;

import io.governance.config.DocumentId;

/**
 * How it stands with the gray rules.
 *
 * @param document the document that they come from
 * @param rules how many rules are in force
 * @param rejection why the document as it is now was refused, with place and reason;
 * {@code null} if it is in force
 * @param connected whether the backend can be reached
 */
public record GrayRulesStatus(DocumentId document, int rules, @Nullable String rejection, boolean connected) {

	GrayRulesStatus inForce(int rules) {
		return new GrayRulesStatus(this.document, rules, null, this.connected);
	}

	GrayRulesStatus rejected(String reason, int rules) {
		return new GrayRulesStatus(this.document, rules, reason, this.connected);
	}

	GrayRulesStatus connected(boolean connected) {
		return new GrayRulesStatus(this.document, this.rules, this.rejection, connected);
	}

}
