package io.governance.samples.platform.console;

import java.time.Duration;
import java.util.List;

/**
 * What became of the requests of some time.
 *
 * @param time how long that was
 * @param gets how many GET there were
 * @param posts how many POST there were
 * @param failed how many of both got no answer, an answer of 4xx or 5xx, or that of a
 * fallback
 * @param refused how many of these failed with 503
 * @param fallbacks how many of these were answered by a fallback
 * @param version2 how many of those that tell a version were answered by version 2
 * @param version1 how many by version 1
 * @param p50 the median of the latencies
 * @param p99 what 99 of 100 latencies do not exceed
 * @param max the greatest latency
 * @param examples some of the failures
 */
record Figures(Duration time, int gets, int posts, int failed, int refused, int fallbacks, int version2, int version1,
		Duration p50, Duration p99, Duration max, List<String> examples) {

	/** All requests. */
	int requests() {
		return this.gets + this.posts;
	}

	/** How many requests there were in a second. */
	double rate() {
		return requests() / (this.time.toMillis() / 1000.0);
	}

	/** The share of version 2, in percent. */
	double gray() {
		int told = this.version1 + this.version2;
		return (told != 0) ? 100.0 * this.version2 / told : 0;
	}

}
