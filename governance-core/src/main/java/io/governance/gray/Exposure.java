package io.governance.gray;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Somebody was shown a variant of an experiment.
 *
 * @param experiment the experiment
 * @param variant the variant
 * @param user who, as an id or as a hash of it: the user, or the session, header or
 * cookie by which the experiment tells who takes part; {@code null} if that is not known
 * @param time when code asked for the variant
 */
public record Exposure(String experiment, String variant, @Nullable String user, Instant time) {

	/**
	 * Does not tell the user.
	 */
	@Override
	public String toString() {
		return this.experiment + "=" + this.variant;
	}

}
