package io.governance.consul;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;

import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HeaderElement;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.MessageSupport;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http.protocol.HttpProcessor;
import org.apache.hc.core5.http.protocol.RequestConnControl;
import org.apache.hc.core5.http.protocol.RequestContent;
import org.apache.hc.core5.http.protocol.RequestTargetHost;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests with the token, and ends every one at its deadline, however slowly bytes
 * trickle in, and any of them when asked to; only the look-up of a host's name takes the
 * time that the platform gives it. Follows no redirect, keeps no cookies, and repeats a
 * request only where a connection that was kept has ended. Thread-safe.
 */
final class DeadlineHttpClient implements AutoCloseable {

	private static final HttpProcessor HEADERS = new DefaultHttpProcessor(RequestContent.INSTANCE,
			RequestTargetHost.INSTANCE, RequestConnControl.INSTANCE);

	private final Map<HttpHost, AgentConnections> connections = new ConcurrentHashMap<>();

	private final HttpRequestExecutor executor = new HttpRequestExecutor();

	private final @Nullable SSLSocketFactory tls;

	private final int mostConnections;

	private final ConsulToken token;

	private final Supplier<ScheduledExecutorService> timer;

	private final Duration connectTimeout;

	private final boolean interruptible;

	private final Map<Thread, Exchange> inFlight = new ConcurrentHashMap<>();

	private volatile boolean closed;

	/**
	 * Creates a client.
	 * @param tls encrypts what goes to agents that want it; {@code null} if none does
	 * @param mostConnections how many there are to each agent at most
	 * @param token what every request carries
	 * @param timer ends requests
	 * @param connectTimeout how long a connection may take at most
	 * @param interruptible whether a thread that was interrupted begins no request
	 */
	DeadlineHttpClient(@Nullable SSLSocketFactory tls, int mostConnections, ConsulToken token,
			Supplier<ScheduledExecutorService> timer, Duration connectTimeout, boolean interruptible) {
		this.tls = tls;
		this.mostConnections = mostConnections;
		this.token = token;
		this.timer = timer;
		this.connectTimeout = connectTimeout;
		this.interruptible = interruptible;
	}

	/**
	 * Sends a request and waits for what comes of it.
	 * @param <T> what comes of it
	 * @param agent where to send it
	 * @param request the request
	 * @param repeatable whether it may be sent again if the connection ends without an
	 * answer
	 * @param deadline how long it may take
	 * @param handler makes it of the answer
	 * @return what came of it
	 * @throws AbandonedException if nobody waits for it any more
	 * @throws UnsentException if there was no connection to send it over
	 * @throws IOException if there is no answer, or the token cannot be read; an
	 * {@link SocketTimeoutException} if it did not come in time
	 * @throws RejectedExecutionException if the client is closed
	 */
	<T> T execute(HttpHost agent, ClassicHttpRequest request, boolean repeatable, Duration deadline,
			HttpClientResponseHandler<T> handler) throws IOException {
		int millis = Math.toIntExact(Math.max(1, deadline.toMillis()));
		Exchange exchange = new Exchange(agent);
		Future<?> end = this.timer.get().schedule(exchange::end, millis, TimeUnit.MILLISECONDS);
		Thread thread = Thread.currentThread();
		// On a virtual thread an interrupt would close the socket.
		boolean interrupted = !this.interruptible && Thread.interrupted();
		this.inFlight.put(thread, exchange);
		try {
			if (this.interruptible && thread.isInterrupted()) {
				throw new AbandonedException(null);
			}
			authorize(request);
			return send(exchange, request, repeatable, millis, handler);
		}
		catch (AbandonedException ex) {
			throw ex;
		}
		catch (IOException ex) {
			if (exchange.isAbandoned() || (this.interruptible && thread.isInterrupted())) {
				throw new AbandonedException(ex);
			}
			throw ex;
		}
		finally {
			end.cancel(false);
			this.inFlight.remove(thread);
			if (interrupted) {
				thread.interrupt();
			}
		}
	}

	private void authorize(ClassicHttpRequest request) throws IOException {
		request.setHeader("User-Agent", "governance");
		String value = this.token.get();
		if (!value.isEmpty()) {
			request.setHeader("X-Consul-Token", value);
		}
	}

	private <T> T send(Exchange exchange, ClassicHttpRequest request, boolean repeatable, int millis,
			HttpClientResponseHandler<T> handler) throws IOException {
		AgentConnections pool = connections(exchange.agent());
		try {
			this.executor.preProcess(request, HEADERS, HttpCoreContext.create());
			while (true) {
				AgentConnection connection = connect(pool, exchange, millis);
				boolean kept = connection.hasRested();
				try {
					return send(pool, connection, exchange, request, millis, handler);
				}
				catch (NoHttpResponseException | SocketException | SSLException ex) {
					if (!kept || !repeatable || exchange.isEnded()) {
						throw ex;
					}
					// It had ended while it rested, as others may have.
					pool.dropResting();
				}
			}
		}
		catch (HttpException | MalformedChunkCodingException ex) {
			// Their messages quote what was sent.
			throw new IOException("what it answered is not HTTP: " + ex.getClass().getSimpleName());
		}
	}

	private <T> T send(AgentConnections pool, AgentConnection connection, Exchange exchange, ClassicHttpRequest request,
			int millis, HttpClientResponseHandler<T> handler) throws IOException, HttpException {
		boolean usable = false;
		try {
			connection.setSocketTimeout(Timeout.ofMilliseconds(millis));
			HttpCoreContext context = HttpCoreContext.create();
			ClassicHttpResponse response = this.executor.execute(request, connection, context);
			T result = handler.handleResponse(response);
			EntityUtils.consume(response.getEntity());
			usable = this.executor.keepAlive(request, response, connection, context) && exchange.finish();
			connection.rest(kept(response));
			return result;
		}
		catch (MalformedChunkCodingException ex) {
			throw ex;
		}
		catch (IOException ex) {
			throw exchange.isEnded() ? late(ex) : ex;
		}
		finally {
			pool.giveBack(connection, usable);
		}
	}

	/** How long the server keeps the connection, less a second for the way. */
	private static @Nullable Duration kept(ClassicHttpResponse response) {
		Iterator<HeaderElement> elements = MessageSupport.iterate(response, "Keep-Alive");
		while (elements.hasNext()) {
			HeaderElement element = elements.next();
			if ("timeout".equalsIgnoreCase(element.getName()) && element.getValue() != null) {
				try {
					return Duration.ofSeconds(Math.max(0, Integer.parseInt(element.getValue()) - 1));
				}
				catch (NumberFormatException ex) {
					return null;
				}
			}
		}
		return null;
	}

	private AgentConnection connect(AgentConnections pool, Exchange exchange, int millis) throws IOException {
		int connectMillis = Math.toIntExact(Math.min(millis, this.connectTimeout.toMillis()));
		try {
			return pool.take(exchange, connectMillis);
		}
		catch (AgentConnections.CrowdedException ex) {
			throw new UnsentException(ex);
		}
		catch (IOException ex) {
			throw new UnsentException(exchange.isEnded() ? late(ex) : ex);
		}
	}

	private AgentConnections connections(HttpHost agent) {
		if (this.closed) {
			throw new RejectedExecutionException("The client is closed");
		}
		AgentConnections pool = this.connections.computeIfAbsent(agent, (host) -> new AgentConnections(host,
				"https".equals(host.getSchemeName()) ? this.tls : null, this.mostConnections));
		if (this.closed) {
			pool.close();
		}
		return pool;
	}

	private static SocketTimeoutException late(IOException cause) {
		SocketTimeoutException late = new SocketTimeoutException("it did not answer in time");
		late.initCause(cause);
		return late;
	}

	/**
	 * Ends the request of a thread, if it has one.
	 * @param thread the thread, which was interrupted before
	 */
	void abort(Thread thread) {
		Exchange exchange = this.inFlight.get(thread);
		if (exchange != null) {
			exchange.abandon();
		}
	}

	/**
	 * Ends all requests to some agents.
	 * @param agents tells which, by {@code host:port}
	 */
	void abortAll(Predicate<String> agents) {
		this.inFlight.values().forEach((exchange) -> {
			if (agents.test(exchange.agent().toHostString())) {
				exchange.end();
			}
		});
	}

	/** The agents that are being asked, by {@code host:port}. */
	Set<String> asking() {
		return this.inFlight.values()
			.stream()
			.map((exchange) -> exchange.agent().toHostString())
			.collect(Collectors.toSet());
	}

	/** Begins no request any more. Those under way go on. */
	@Override
	public void close() {
		this.closed = true;
		this.connections.values().forEach(AgentConnections::close);
	}

	/** Nobody waits for the answer any more, so nothing is known of the server. */
	@SuppressWarnings("serial")
	static final class AbandonedException extends InterruptedIOException {

		AbandonedException(@Nullable IOException cause) {
			super("nobody waits for it any more");
			initCause(cause);
		}

	}

	/** There was no connection, so the server has seen nothing of the request. */
	@SuppressWarnings("serial")
	static final class UnsentException extends IOException {

		private final IOException reason;

		UnsentException(IOException reason) {
			super(reason);
			this.reason = reason;
		}

		IOException reason() {
			return this.reason;
		}

	}

}
