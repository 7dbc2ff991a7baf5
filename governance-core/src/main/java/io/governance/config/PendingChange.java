package io.governance.config;

import java.time.Instant;

/**
 * A change of the config that is being applied. Immutable.
 *
 * @param since since when somebody has it in hand
 * @param step who that is, such as {@code observer 'pool'}
 */
public record PendingChange(Instant since, String step) {

}
