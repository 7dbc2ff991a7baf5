package io.governance.boot.gray;

import io.governance.config.Author;

/**
 * Application event: other gray rules are in force than before, in this process.
 *
 * @param change what has changed
 * @param author who has published it and why, as far as the backend remembers
 */
public record GrayRulesChanged(GrayRulesChange change, Author author) {
}
