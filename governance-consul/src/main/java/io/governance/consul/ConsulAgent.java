package io.governance.consul;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

import javax.net.ssl.SSLException;

import com.ecwid.consul.Utils;
import com.ecwid.consul.transport.DefaultHttpTransport;
import com.ecwid.consul.transport.HttpRequest;
import com.ecwid.consul.transport.HttpResponse;
import com.ecwid.consul.transport.HttpTransport;
import com.ecwid.consul.transport.TransportException;
import io.governance.BackendUnavailableException;
import org.apache.http.conn.ConnectTimeoutException;
import org.apache.http.conn.ConnectionPoolTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One agent: sends what it is asked, and says why there is no answer. Thread-safe.
 */
final class ConsulAgent {

	private static final Duration UNRELIABLE = Duration.ofSeconds(2);

	private final String backend;

	private final String address;

	private final String authority;

	private final DeadlineHttpClient callClient;

	private final DeadlineHttpClient watchClient;

	/** What comes before the paths of all requests. */
	private final String base;

	private final HttpTransport calls;

	private final HttpTransport watches;

	private volatile boolean down;

	ConsulAgent(String backend, String address, DeadlineHttpClient callClient, DeadlineHttpClient watchClient) {
		this.backend = backend;
		URI uri = URI.create(address);
		int port = (uri.getPort() != -1) ? uri.getPort() : ("https".equals(uri.getScheme()) ? 443 : 80);
		this.authority = uri.getHost() + ":" + port;
		this.address = uri.getScheme() + "://" + this.authority;
		this.callClient = callClient;
		this.watchClient = watchClient;
		String path = uri.getPath().replaceAll("^/+|/+$", "");
		this.base = path.isEmpty() ? this.address : this.address + "/" + path;
		this.calls = new DefaultHttpTransport(callClient);
		this.watches = new DefaultHttpTransport(watchClient);
	}

	String address() {
		return this.address;
	}

	String authority() {
		return this.authority;
	}

	boolean isDown() {
		return this.down;
	}

	void down(boolean down) {
		this.down = down;
	}

	/**
	 * Asks, and waits for the answer.
	 * @param request what to ask
	 * @param deadline how long to wait
	 * @return the answer, whatever its status
	 * @throws BackendUnavailableException if there is none
	 */
	ConsulAnswer call(ConsulRequest request, Duration deadline) {
		return send(this.calls, this.callClient, request, deadline, false);
	}

	/** As {@link #call}, on a connection for whatever lasts long. */
	ConsulAnswer watch(ConsulRequest request, Duration deadline, boolean partial) {
		return send(this.watches, this.watchClient, request, deadline, partial);
	}

	/** As {@link #call}, content with what the token may read. */
	ConsulAnswer callPartial(ConsulRequest request, Duration deadline) {
		return send(this.calls, this.callClient, request, deadline, true);
	}

	private ConsulAnswer send(HttpTransport transport, DeadlineHttpClient http, ConsulRequest request,
			Duration deadline, boolean partial) {
		try {
			return http.within(deadline, partial, () -> answer(request, send(transport, request), !http.wasFiltered()));
		}
		catch (TransportException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw new UnansweredException(this.backend, explain(request, cause), cause, isUnsent(cause),
					isToBlame(cause));
		}
		catch (IllegalArgumentException ex) {
			throw new UnansweredException(this.backend, explain(request, "it sent no text at all"), null, false, true);
		}
		catch (IllegalStateException | RejectedExecutionException ex) {
			throw new UnansweredException(this.backend, explain(request, "the backend is closed"), null, true, false);
		}
	}

	private ConsulAnswer answer(ConsulRequest request, HttpResponse response, boolean whole) {
		Long index = response.getConsulIndex();
		Long lastContact = response.getConsulLastContact();
		boolean fresh = !Boolean.FALSE.equals(response.isConsulKnownLeader())
				&& (lastContact == null || lastContact <= UNRELIABLE.toMillis());
		return new ConsulAnswer(this.backend, this.address, request.kind(), response.getStatusCode(),
				response.getContent(), (index != null) ? Math.max(1, index) : 0, fresh, whole);
	}

	/**
	 * By the transport alone: the class of the library's client makes another HTTP
	 * client, with all that TLS needs, which nobody uses and nobody closes.
	 */
	private HttpResponse send(HttpTransport transport, ConsulRequest request) {
		String url = Utils.generateUrl(this.base + request.path(), request::parameters);
		HttpRequest.Builder http = HttpRequest.Builder.newBuilder().setUrl(url);
		return (request.body() != null) ? transport.makePutRequest(http.setContent(request.body()).build())
				: transport.makeGetRequest(http.build());
	}

	private String explain(ConsulRequest request, Throwable cause) {
		if (cause instanceof DeadlineHttpClient.FilteredAnswerException) {
			return "Consul at " + this.address + " answered " + request.kind()
					+ " with part of what there is, filtered by ACL: let the token read all of it"
					+ " (service:read and node:read, or key:read)";
		}
		if (cause instanceof IOException && cause.getMessage() != null
				&& cause.getMessage().startsWith("governance.")) {
			return cause.getMessage();
		}
		if (cause instanceof DeadlineHttpClient.AbandonedException) {
			return explain(request, String.valueOf(cause.getMessage()));
		}
		boolean late = cause instanceof InterruptedIOException || "Socket closed".equals(cause.getMessage());
		if (late && !(cause instanceof ConnectTimeoutException)) {
			return explain(request, "it did not answer in time");
		}
		String reason = (cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName();
		return (cause instanceof SSLException)
				? explain(request, "TLS failed: " + reason,
						"Check the agent's certificate, that it names this address, and governance.consul.ssl-bundle")
				: explain(request, reason);
	}

	private String explain(ConsulRequest request, String reason) {
		// An agent that refuses a client's certificate may just end the connection.
		return explain(request, reason,
				this.address.startsWith("https:")
						? "Check governance.consul.addresses, governance.consul.ssl-bundle and that the agent runs"
						: "Check governance.consul.addresses and that the agent runs");
	}

	private String explain(ConsulRequest request, String reason, String advice) {
		return "Consul at " + this.address + " gave no answer to " + request.kind() + ": " + reason + ". " + advice;
	}

	private static boolean isUnsent(Throwable cause) {
		return cause instanceof ConnectException || cause instanceof ConnectTimeoutException
				|| cause instanceof UnknownHostException || cause instanceof NoRouteToHostException;
	}

	/** Whether another agent may do better. */
	private static boolean isToBlame(Throwable cause) {
		return !(cause instanceof DeadlineHttpClient.AbandonedException
				|| cause instanceof DeadlineHttpClient.FilteredAnswerException
				|| cause instanceof ConnectionPoolTimeoutException);
	}

	/** There was no answer. */
	@SuppressWarnings("serial")
	static final class UnansweredException extends BackendUnavailableException {

		private final boolean unsent;

		private final boolean agentToBlame;

		UnansweredException(String backend, String message, @Nullable Throwable cause, boolean unsent,
				boolean agentToBlame) {
			super(backend, message, cause);
			this.unsent = unsent;
			this.agentToBlame = agentToBlame;
		}

		/** Whether another agent may do better. */
		boolean isAgentToBlame() {
			return this.agentToBlame;
		}

		/** Whether nobody has seen the request. */
		boolean isUnsent() {
			return this.unsent;
		}

	}

}
