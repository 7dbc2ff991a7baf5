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

import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.client.ResponseHandler;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.client.methods.CloseableHttpResponse;
import org.apache.http.client.methods.HttpRequestBase;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.conn.ClientConnectionManager;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.params.HttpParams;
import org.apache.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP client that ends every request at its deadline, however slowly bytes trickle
 * in, and any request when asked to. Thread-safe.
 */
final class DeadlineHttpClient extends CloseableHttpClient {

	private static final String FILTERED = "X-Consul-Results-Filtered-By-ACLs";

	private final CloseableHttpClient delegate;

	private final Supplier<ScheduledExecutorService> timer;

	private final Duration connectTimeout;

	private final boolean interruptible;

	private final Map<Thread, Sent> inFlight = new ConcurrentHashMap<>();

	private final ThreadLocal<Terms> terms;

	/**
	 * Creates a client.
	 * @param delegate sends the requests
	 * @param timer ends them
	 * @param timeout the deadline of a request that is given none
	 * @param interruptible whether a thread that was interrupted begins no request
	 */
	DeadlineHttpClient(CloseableHttpClient delegate, Supplier<ScheduledExecutorService> timer, Duration timeout,
			boolean interruptible) {
		this.delegate = delegate;
		this.timer = timer;
		this.connectTimeout = timeout;
		this.interruptible = interruptible;
		this.terms = ThreadLocal.withInitial(() -> new Terms(timeout, false));
	}

	/**
	 * Does something whose requests have this deadline.
	 * @param <T> what comes of it
	 * @param deadline the deadline of each request
	 * @param partial whether an answer is taken that leaves out what the token may not
	 * read
	 * @param action sends requests on this thread
	 * @return what came of it
	 */
	<T> T within(Duration deadline, boolean partial, Supplier<T> action) {
		this.terms.set(new Terms(deadline, partial));
		try {
			return action.get();
		}
		finally {
			this.terms.remove();
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
	public <T> T execute(HttpUriRequest request, ResponseHandler<? extends T> handler) throws IOException {
		HttpRequestBase base = (HttpRequestBase) request;
		Terms terms = this.terms.get();
		int millis = Math.toIntExact(Math.max(1, terms.deadline.toMillis()));
		int connectMillis = Math.toIntExact(Math.min(millis, this.connectTimeout.toMillis()));
		base.setConfig(RequestConfig.custom()
			.setConnectTimeout(connectMillis)
			.setConnectionRequestTimeout(connectMillis)
			.setSocketTimeout(millis)
			.setRedirectsEnabled(false)
			.setNormalizeUri(false)
			.build());
		Thread thread = Thread.currentThread();
		Sent sent = new Sent(base);
		this.inFlight.put(thread, sent);
		Future<?> end = this.timer.get().schedule(base::abort, millis, TimeUnit.MILLISECONDS);
		try {
			if (this.interruptible && thread.isInterrupted()) {
				throw new AbandonedException(null);
			}
			return super.execute(request, (response) -> {
				terms.filtered = isFiltered(response);
				if (terms.filtered && !terms.partial) {
					throw new FilteredAnswerException();
				}
				return handler.handleResponse(response);
			});
		}
		catch (IOException ex) {
			if (sent.abandoned || (this.interruptible && thread.isInterrupted())) {
				throw new AbandonedException(ex);
			}
			throw ex;
		}
		finally {
			end.cancel(false);
			this.inFlight.remove(thread);
		}
	}

	private static boolean isFiltered(HttpResponse response) {
		Header filtered = response.getFirstHeader(FILTERED);
		return filtered != null && Boolean.parseBoolean(filtered.getValue());
	}

	/**
	 * Whether the last answer on this thread has left out what the token may not read.
	 * Asked within {@link #within}.
	 */
	boolean wasFiltered() {
		return this.terms.get().filtered;
	}

	@Override
	protected CloseableHttpResponse doExecute(HttpHost target, HttpRequest request, HttpContext context)
			throws IOException {
		return this.delegate.execute(target, request, context);
	}

	@Override
	public void close() throws IOException {
		this.delegate.close();
	}

	@Override
	@Deprecated
	@SuppressWarnings("deprecation")
	public HttpParams getParams() {
		return this.delegate.getParams();
	}

	@Override
	@Deprecated
	@SuppressWarnings("deprecation")
	public ClientConnectionManager getConnectionManager() {
		return this.delegate.getConnectionManager();
	}

	/** The server has left out what the token may not read. */
	@SuppressWarnings("serial")
	static final class FilteredAnswerException extends IOException {

		FilteredAnswerException() {
			super("what the token may not read was left out of the answer");
		}

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

	/** What holds for a request. Used by one thread. */
	private static final class Terms {

		private final Duration deadline;

		private final boolean partial;

		private boolean filtered;

		Terms(Duration deadline, boolean partial) {
			this.deadline = deadline;
			this.partial = partial;
		}

	}

}
