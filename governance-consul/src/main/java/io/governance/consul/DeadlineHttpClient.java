package io.governance.consul;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.apache.http.client.ResponseHandler;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests with the token, and ends every one at its deadline, however slowly bytes
 * trickle in, and any of them when asked to. Follows no redirect, repeats nothing and
 * keeps no cookies. Thread-safe.
 */
final class DeadlineHttpClient implements AutoCloseable {

	private final LastingPool connections;

	private final CloseableHttpClient http;

	private final ConsulToken token;

	private final Supplier<ScheduledExecutorService> timer;

	private final Duration connectTimeout;

	private final boolean interruptible;

	private final Map<Thread, Sent> inFlight = new ConcurrentHashMap<>();

	/**
	 * Creates a client.
	 * @param connections the connections, which are closed with the client
	 * @param token what every request carries
	 * @param timer ends requests
	 * @param connectTimeout how long a connection may take at most
	 * @param interruptible whether a thread that was interrupted begins no request
	 */
	DeadlineHttpClient(LastingPool connections, ConsulToken token, Supplier<ScheduledExecutorService> timer,
			Duration connectTimeout, boolean interruptible) {
		this.connections = connections;
		this.http = HttpClients.createMinimal(connections);
		this.token = token;
		this.timer = timer;
		this.connectTimeout = connectTimeout;
		this.interruptible = interruptible;
	}

	/**
	 * Sends a request and waits for what comes of it.
	 * @param <T> what comes of it
	 * @param request the request
	 * @param deadline how long it may take
	 * @param handler makes it of the answer
	 * @return what came of it
	 * @throws AbandonedException if nobody waits for it any more
	 * @throws IOException if there is no answer, or the token cannot be read
	 */
	<T> T execute(HttpRequestBase request, Duration deadline, ResponseHandler<T> handler) throws IOException {
		int millis = Math.toIntExact(Math.max(1, deadline.toMillis()));
		int connectMillis = Math.toIntExact(Math.min(millis, this.connectTimeout.toMillis()));
		request.setConfig(RequestConfig.custom()
			.setConnectTimeout(connectMillis)
			.setConnectionRequestTimeout(connectMillis)
			.setSocketTimeout(millis)
			.setNormalizeUri(false)
			.build());
		Future<?> end = this.timer.get().schedule(request::abort, millis, TimeUnit.MILLISECONDS);
		Thread thread = Thread.currentThread();
		Sent sent = new Sent(request);
		this.inFlight.put(thread, sent);
		try {
			if (this.interruptible && thread.isInterrupted()) {
				throw new AbandonedException(null);
			}
			authorize(request);
			return this.http.execute(request, handler);
		}
		catch (IOException ex) {
			if (sent.abandoned || (this.interruptible && thread.isInterrupted())) {
				throw new AbandonedException(ex);
			}
			throw ex;
		}
		catch (Error ex) {
			// HttpClient gives connections back after exceptions alone.
			request.abort();
			throw ex;
		}
		finally {
			end.cancel(false);
			this.inFlight.remove(thread);
		}
	}

	private void authorize(HttpRequestBase request) throws IOException {
		request.setHeader("User-Agent", "governance");
		String value = this.token.get();
		if (!value.isEmpty()) {
			request.setHeader("X-Consul-Token", value);
		}
	}

	/**
	 * Ends the request of a thread, if it has one.
	 * @param thread the thread, which was interrupted before
	 */
	void abort(Thread thread) {
		Sent sent = this.inFlight.get(thread);
		if (sent != null) {
			sent.abandon();
		}
	}

	/**
	 * Ends all requests to some hosts.
	 * @param host tells which, by {@code host:port}
	 */
	void abortAll(Predicate<String> host) {
		this.inFlight.values().forEach((sent) -> {
			if (host.test(sent.authority())) {
				sent.request.abort();
			}
		});
	}

	/** The hosts that are being asked, by {@code host:port}. */
	Set<String> asking() {
		return this.inFlight.values().stream().map(Sent::authority).collect(Collectors.toSet());
	}

	@Override
	public void close() {
		this.connections.end();
	}

	/** Nobody waits for the answer any more, so nothing is known of the server. */
	@SuppressWarnings("serial")
	static final class AbandonedException extends InterruptedIOException {

		AbandonedException(@Nullable IOException cause) {
			super("nobody waits for it any more");
			initCause(cause);
		}

	}

	/** A request under way. */
	private static final class Sent {

		private final HttpRequestBase request;

		private volatile boolean abandoned;

		Sent(HttpRequestBase request) {
			this.request = request;
		}

		String authority() {
			return this.request.getURI().getAuthority();
		}

		void abandon() {
			this.abandoned = true;
			this.request.abort();
		}

	}

}
