package io.governance.etcd;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * The connection to the cluster: jetcd's client, made at first use, with a deadline for
 * every call. One that has not reached any member for a while is replaced by a new one,
 * because gRPC waits ever longer, up to two minutes, before it connects again.
 * Thread-safe.
 */
final class EtcdClient implements AutoCloseable {

	/** The size of an answer beyond which it is asked for in smaller parts. */
	static final int MAX_ANSWER_BYTES = 16 * 1024 * 1024;

	private static final long REPLACE_UNREACHABLE = TimeUnit.MILLISECONDS.toNanos(1500);

	private static final long REPLACE_SILENT = TimeUnit.SECONDS.toNanos(5);

	/** Until the client's two thousand classes are there, on a machine that is busy. */
	private static final Duration START = Duration.ofSeconds(10);

	/** The guard's deadline comes first, and cancels the call as well. */
	private static final long GRACE_MILLIS = 250;

	private final String backend;

	private final EtcdSettings settings;

	private final @Nullable SslContext tls;

	private final LongSupplier nanoTime;

	private final ThreadPoolExecutor executor;

	/** Those that were replaced and are closed as soon as no call can be under way. */
	private final Set<Client> retired = ConcurrentHashMap.newKeySet();

	private @Nullable Client client;

	private long madeNanos;

	private long workedNanos;

	/** How many there have been: each begins at another address of a name. */
	private int connections;

	private boolean closed;

	/** Whether a call has come to its end. */
	private volatile boolean started;

	EtcdClient(String backend, EtcdSettings settings, @Nullable SslContext tls, LongSupplier nanoTime) {
		this.backend = backend;
		this.settings = settings;
		this.tls = tls;
		this.nanoTime = nanoTime;
		this.executor = new ThreadPoolExecutor(2, 2, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				new DaemonThreads("etcd", "calls"));
		this.executor.allowCoreThreadTimeOut(true);
	}

	String backend() {
		return this.backend;
	}

	Duration timeout() {
		return this.settings.timeout();
	}

	/**
	 * The client as it is now, for a watch.
	 * @return the client
	 * @throws IllegalStateException if this is closed
	 */
	synchronized Client client() {
		if (this.closed) {
			throw new IllegalStateException("Backend '" + this.backend + "' is closed");
		}
		if (this.client == null) {
			this.client = connect();
			this.madeNanos = this.nanoTime.getAsLong();
			this.workedNanos = this.madeNanos;
		}
		return this.client;
	}

	private Client connect() {
		ClientBuilder builder = Client.builder()
			.target(EndpointResolver.target(this.settings.addresses(), this.connections++))
			.waitForReady(false)
			.connectTimeout(this.settings.timeout())
			.retryMaxAttempts(2)
			.retryDelay(20)
			.retryMaxDelay(100)
			.keepaliveTime(Duration.ofSeconds(10))
			.keepaliveTimeout(this.settings.timeout())
			.maxInboundMessageSize(MAX_ANSWER_BYTES)
			.executorService(this.executor)
			.interceptor(new CallGuard(this::deadline));
		if (this.tls != null) {
			builder.sslContext(this.tls);
		}
		if (this.settings.username() != null && this.settings.password() != null) {
			builder.user(ByteSequence.from(this.settings.username(), UTF_8))
				.password(ByteSequence.from(this.settings.password(), UTF_8));
		}
		return builder.build();
	}

	/**
	 * Makes a call. Never throws: whatever goes wrong fails the result.
	 * @param <T> the type of the answer
	 * @param call makes it
	 * @return the answer, in time or never
	 */
	<T> CompletableFuture<T> call(Function<Client, CompletableFuture<T>> call) {
		return once(call).exceptionallyCompose((thrown) -> EtcdFailure.of(thrown).neverSent() && replaced() ? once(call)
				: CompletableFuture.failedFuture(thrown));
	}

	private <T> CompletableFuture<T> once(Function<Client, CompletableFuture<T>> call) {
		try {
			Client used = client();
			long millis = deadline().toMillis() + GRACE_MILLIS;
			return call.apply(used).orTimeout(millis, TimeUnit.MILLISECONDS).whenComplete((answer, thrown) -> {
				this.started = true;
				learn(used, (thrown != null) ? EtcdFailure.of(thrown) : null);
			});
		}
		catch (RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** What a server that hangs costs, not what it takes to begin. */
	private Duration deadline() {
		return this.started ? this.settings.timeout() : this.settings.timeout().plus(START);
	}

	/**
	 * Makes a call and waits for it.
	 * @param <T> the type of the answer
	 * @param what what is done, in words that follow "cannot"
	 * @param call makes it
	 * @return the answer
	 * @throws BackendUnavailableException if it fails
	 */
	<T> T ask(String what, Function<Client, CompletableFuture<T>> call) {
		return await(what, call(call));
	}

	/**
	 * Waits for an answer, which comes in time or never.
	 * @param <T> the type of the answer
	 * @param what what is done, in words that follow "cannot"
	 * @param answer the answer
	 * @return the answer
	 * @throws BackendUnavailableException if it fails
	 */
	<T> T await(String what, CompletableFuture<T> answer) {
		try {
			return answer.get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new BackendUnavailableException(this.backend,
					"Backend '" + this.backend + "': interrupted while it was to " + what, ex);
		}
		catch (ExecutionException ex) {
			throw failed(what, ex.getCause());
		}
	}

	/**
	 * What to throw for a failure.
	 * @param what what was done, in words that follow "cannot"
	 * @param thrown what the client threw
	 * @return the exception to throw
	 */
	RuntimeException failed(String what, @Nullable Throwable thrown) {
		EtcdFailure failure = EtcdFailure.of((thrown != null) ? thrown : new IllegalStateException("no reason given"));
		if (failure.kind() == EtcdFailure.Kind.TOO_LARGE) {
			return new IllegalArgumentException(
					"Backend '" + this.backend + "' cannot " + what + ": " + failure.reason(), failure.cause());
		}
		return failure.toException(this.backend, what, this.settings);
	}

	private synchronized void learn(Client used, @Nullable EtcdFailure failure) {
		if (this.client != used) {
			return;
		}
		if (failure == null || !failure.isOfConnection()) {
			this.workedNanos = this.nanoTime.getAsLong();
			return;
		}
		long since = this.nanoTime.getAsLong() - this.workedNanos;
		boolean silent = failure.kind() == EtcdFailure.Kind.SILENT;
		if (!this.closed && since > (silent ? REPLACE_SILENT : REPLACE_UNREACHABLE)) {
			this.client = null;
			this.retired.add(used);
			// Closing ends what is under way: each call is to come to its own end first.
			CompletableFuture
				.delayedExecutor(this.settings.timeout().toMillis() + 2 * GRACE_MILLIS, TimeUnit.MILLISECONDS,
						this.executor)
				.execute(() -> {
					used.close();
					this.retired.remove(used);
				});
		}
	}

	/** Whether the next call goes through a client that has not been tried. */
	private synchronized boolean replaced() {
		return this.client == null && !this.closed;
	}

	@Override
	public void close() {
		Client last;
		synchronized (this) {
			this.closed = true;
			last = this.client;
			this.client = null;
		}
		if (last != null) {
			last.close();
		}
		this.executor.shutdownNow();
		// Their closing was still to come, or has just been interrupted.
		this.retired.forEach(Client::close);
	}

}
