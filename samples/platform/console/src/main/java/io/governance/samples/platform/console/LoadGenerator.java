package io.governance.samples.platform.console;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Sends requests at a steady rate, however long answers take: 80 % GET and 20 % POST, of
 * users and of orders alike, each for one of 1,000 users.
 */
final class LoadGenerator implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final Duration TICK = Duration.ofMillis(5);

	private static final Duration PATIENCE = Duration.ofMillis(500);

	/** How long it takes to come to the full rate. */
	private static final Duration RISE = Duration.ofSeconds(15);

	/** So many users and orders are there from the start. */
	private static final int STORED = 100;

	private final URI gateway;

	private final int rate;

	private final ExecutorService workers = Executors.newFixedThreadPool(4, daemons("answers"));

	private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(daemons("load"));

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(TIMEOUT)
		.executor(this.workers)
		.build();

	private final long start = System.nanoTime();

	private volatile Window window = new Window();

	private double due;

	private long ticked = this.start;

	private long sent;

	/**
	 * Begins.
	 * @param gateway where to send requests
	 * @param rate requests in a second, after some seconds
	 */
	LoadGenerator(String gateway, int rate) {
		this.gateway = URI.create(gateway);
		this.rate = rate;
		this.ticks.scheduleAtFixedRate(this::tick, TICK.toNanos(), TICK.toNanos(), TimeUnit.NANOSECONDS);
	}

	private static ThreadFactory daemons(String name) {
		return (task) -> {
			Thread thread = new Thread(task, name);
			thread.setDaemon(true);
			return thread;
		};
	}

	private void tick() {
		long now = System.nanoTime();
		double share = Math.min(1, 0.1 + (double) (now - this.start) / RISE.toNanos());
		this.due += (now - this.ticked) / 1e9 * this.rate * share;
		this.ticked = now;
		for (; this.sent < this.due; this.sent++) {
			send(ThreadLocalRandom.current().nextInt(1000));
		}
	}

	private void send(int dice) {
		boolean post = dice % 5 == 0;
		String path = (dice % 2 == 0) ? "/api/users" : "/api/orders";
		HttpRequest.Builder request = HttpRequest.newBuilder().timeout(TIMEOUT).header("X-User-ID", "u" + dice);
		if (post) {
			String body = path.endsWith("users") ? "{\"name\":\"User\",\"mail\":\"user@example.org\"}"
					: "{\"userId\":" + (1 + dice % STORED) + ",\"item\":\"a towel\"}";
			request.uri(this.gateway.resolve(path))
				.header("Content-Type", "application/json")
				.header("Idempotency-Key", UUID.randomUUID().toString())
				.POST(HttpRequest.BodyPublishers.ofString(body));
		}
		else {
			request.uri(this.gateway.resolve(path + "/" + (1 + dice % STORED)));
		}
		Window window = this.window;
		window.begun();
		long began = System.nanoTime();
		this.http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
			.whenComplete((answer, failure) -> window.ended(post, path, System.nanoTime() - began, answer, failure));
	}

	/**
	 * Begins a new window, and waits until the requests of the one before have ended.
	 * @return what became of them
	 */
	Figures take() {
		Window before = this.window;
		this.window = new Window();
		Duration time = before.age();
		await(before::open, TIMEOUT.plusSeconds(5));
		return before.figures(time);
	}

	private static void await(BooleanSupplier open, Duration time) {
		long deadline = System.nanoTime() + time.toNanos();
		while (open.getAsBoolean() && System.nanoTime() - deadline < 0) {
			Platform.pause(Duration.ofMillis(5));
		}
	}

	/** What became of the requests of the current window that have ended. */
	Figures look() {
		Window now = this.window;
		return now.figures(now.age());
	}

	/** Begins no request any more; those under way have a moment to end. */
	@Override
	public void close() {
		this.ticks.shutdownNow();
		await(() -> !this.ticks.isTerminated(), PATIENCE);
		await(this.window::open, PATIENCE);
		this.workers.shutdownNow();
	}

}
