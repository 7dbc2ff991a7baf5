package io.governance.samples.platform.console;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The requests that began in some time. Thread-safe.
 */
final class Window {

	private static final int EXAMPLES = 5;

	private final long start = System.nanoTime();

	private final List<String> examples = new ArrayList<>();

	private long[] nanos = new long[1024];

	private int ended;

	private int begun;

	private int posts;

	private int failed;

	private int refused;

	private int fallbacks;

	private int version1;

	private int version2;

	synchronized void begun() {
		this.begun++;
	}

	synchronized void ended(boolean post, String path, long nanos, @Nullable HttpResponse<String> answer,
			@Nullable Throwable failure) {
		if (this.ended == this.nanos.length) {
			this.nanos = Arrays.copyOf(this.nanos, this.ended * 2);
		}
		this.nanos[this.ended++] = nanos;
		this.posts += post ? 1 : 0;
		if (answer == null) {
			fail(post, path, String.valueOf(failure));
		}
		else if (answer.statusCode() >= 400) {
			this.refused += (answer.statusCode() == 503) ? 1 : 0;
			fail(post, path, answer.statusCode() + " " + answer.body());
		}
		else if (answer.body().contains("\"degraded\":true")) {
			this.fallbacks++;
			fail(post, path, "the fallback answered: " + answer.body());
		}
		else {
			this.version1 += answer.body().contains("\"version\":\"1.") ? 1 : 0;
			this.version2 += answer.body().contains("\"version\":\"2.") ? 1 : 0;
		}
	}

	private void fail(boolean post, String path, String reason) {
		this.failed++;
		if (this.examples.size() < EXAMPLES) {
			this.examples.add((post ? "POST " : "GET ") + path + ": " + reason);
		}
	}

	/** Whether a request has not ended. */
	synchronized boolean open() {
		return this.ended < this.begun;
	}

	Duration age() {
		return Duration.ofNanos(System.nanoTime() - this.start);
	}

	synchronized Figures figures(Duration time) {
		long[] sorted = Arrays.copyOf(this.nanos, this.ended);
		Arrays.sort(sorted);
		return new Figures(time, this.ended - this.posts, this.posts, this.failed, this.refused, this.fallbacks,
				this.version2, this.version1, at(sorted, 50), at(sorted, 99), at(sorted, 100),
				List.copyOf(this.examples));
	}

	private static Duration at(long[] sorted, int percent) {
		int index = Math.max(0, (int) Math.ceil(sorted.length * percent / 100.0) - 1);
		return (sorted.length != 0) ? Duration.ofNanos(sorted[index]) : Duration.ZERO;
	}

}
