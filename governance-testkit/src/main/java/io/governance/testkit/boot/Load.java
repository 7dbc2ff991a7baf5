package io.governance.testkit.boot;

import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** Some 200 calls a second, four of five of which read, and what became of each. */
final class Load implements AutoCloseable {

	private static final int THREADS = 10;

	private static final int EVERY_MILLIS = 50;

	private static final int WRITES_ONE_OF = 5;

	private final RestClient client;

	private final String url;

	private final Queue<Call> calls = new ConcurrentLinkedQueue<>();

	private final AtomicInteger number = new AtomicInteger();

	private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS);

	Load(RestClient client, String service) {
		this.client = client;
		this.url = "http://" + service + "/";
		for (int thread = 0; thread < THREADS; thread++) {
			this.threads.scheduleAtFixedRate(this::call, (long) thread * EVERY_MILLIS / THREADS, EVERY_MILLIS,
					TimeUnit.MILLISECONDS);
		}
	}

	private void call() {
		boolean write = this.number.getAndIncrement() % WRITES_ONE_OF == 0;
		long start = System.nanoTime();
		try {
			String by = (write ? this.client.post().uri(this.url).body("x") : this.client.get().uri(this.url))
				.retrieve()
				.body(String.class);
			this.calls.add(new Call(write, start, System.nanoTime(), by, null));
		}
		catch (Throwable ex) {
			this.calls.add(new Call(write, start, System.nanoTime(), null, ex));
		}
	}

	List<Call> calls() {
		return List.copyOf(this.calls);
	}

	/**
	 * How many calls an instance has answered since a time of {@link System#nanoTime()}.
	 */
	long answeredBy(String id, long since) {
		return this.calls.stream().filter((call) -> id.equals(call.by()) && call.start() - since > 0).count();
	}

	/**
	 * When the last of the calls began that an instance has answered, by
	 * {@link System#nanoTime()}; at least one there must be.
	 */
	long lastAnsweredBy(String id) {
		return this.calls.stream()
			.filter((call) -> id.equals(call.by()))
			.map(Call::start)
			.reduce((one, other) -> (one - other > 0) ? one : other)
			.orElseThrow();
	}

	/** Begins no more calls, and waits for the last one. */
	void stop() throws InterruptedException {
		this.threads.shutdown();
		assertThat(this.threads.awaitTermination(40, TimeUnit.SECONDS)).as("every call ends").isTrue();
	}

	@Override
	public void close() {
		this.threads.shutdownNow();
	}

	@Override
	public String toString() {
		List<Call> all = calls();
		long nanos = all.stream().mapToLong(Call::end).max().orElse(0)
				- all.stream().mapToLong(Call::start).min().orElse(0);
		return String.format(Locale.ROOT,
				"%d calls in %.1f s (%.0f a second), %d of them POST; %d GET and %d POST failed", all.size(),
				nanos / 1e9, all.size() / (nanos / 1e9), all.stream().filter(Call::write).count(),
				all.stream().filter((call) -> !call.write() && call.failure() != null).count(),
				all.stream().filter((call) -> call.write() && call.failure() != null).count());
	}

	/**
	 * A call as its caller saw it.
	 *
	 * @param write whether it was a POST
	 * @param start when it began, by {@link System#nanoTime()}
	 * @param end when it ended
	 * @param by who answered
	 * @param failure what came instead of an answer
	 */
	record Call(boolean write, long start, long end, @Nullable String by, @Nullable Throwable failure) {

	}

}
