package io.governance.gray;

import java.time.InstantSource;

/**
 * A condition on nothing but the time. Thread-safe.
 */
interface Timed {

	/** What tells the time. */
	InstantSource clock();

	/**
	 * What the condition says at a moment, and for how long.
	 * @param now the moment, in milliseconds since 1970
	 * @return the phase that holds then
	 */
	Phase at(long now);

	/**
	 * For how long a condition says the same. Immutable.
	 *
	 * @param from since when, in milliseconds
	 * @param to until when it does, this moment not included
	 * @param met what it says
	 */
	record Phase(long from, long to, boolean met) {

		/** For ever. */
		static Phase always(boolean met) {
			return new Phase(Long.MIN_VALUE, Long.MAX_VALUE, met);
		}

		boolean holds(long now) {
			return now >= this.from && now < this.to;
		}

	}

}
