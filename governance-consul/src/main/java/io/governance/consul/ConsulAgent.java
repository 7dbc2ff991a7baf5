package io.governance.consul;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

import javax.net.ssl.SSLException;

import io.governance.BackendUnavailableException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.Method;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * One agent: sends what it is asked, and says why there is no answer. Thread-safe.
 */
final class ConsulAgent {

	/** More than a whole catalog or key-value store that one would ask for at once. */
	private static final int MOST_BYTES = 64 * 1024 * 1024;

	private static final Duration UNRELIABLE = Duration.ofSeconds(2);

	private final String backend;

	private final String address;

	private final HttpHost host;

	private final DeadlineHttpClient callClient;

	private final DeadlineHttpClient watchClient;

	/** What comes before the paths of all requests. */
	private final String prefix;

	private volatile boolean down;

	ConsulAgent(String backend, String address, DeadlineHttpClient callClient, DeadlineHttpClient watchClient) {
		this.backend = backend;
		URI uri = URI.create(address);
		int port = (uri.getPort() != -1) ? uri.getPort() : ("https".equals(uri.getScheme()) ? 443 : 80);
		this.host = new HttpHost(uri.getScheme(), uri.getHost(), port);
		this.callClient = callClient;
		this.watchClient = watchClient;
		String path = uri.getRawPath().replaceAll("^/+|/+$", "");
		this.prefix = path.isEmpty() ? "" : "/" + path;
		this.address = this.host.toURI() + this.prefix;
	}

	String address() {
		return this.address;
	}

	String authority() {
		return this.host.toHostString();
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
		return send(this.callClient, request, request.repeatable(), deadline, false);
	}

	/** As {@link #call}, on a connection for whatever lasts long. */
	ConsulAnswer watch(ConsulRequest request, Duration deadline, boolean partial) {
		// One that has waited for a while has too little time left to wait again.
		return send(this.watchClient, request, false, deadline, partial);
	}

	/** As {@link #call}, content with what the token may read. */
	ConsulAnswer callPartial(ConsulRequest request, Duration deadline) {
		return send(this.callClient, request, request.repeatable(), deadline, true);
	}

	private ConsulAnswer send(DeadlineHttpClient http, ConsulRequest request, boolean repeatable, Duration deadline,
			boolean partial) {
		try {
			return http.execute(this.host, message(request), repeatable, deadline,
					(response) -> answer(request, response, partial));
		}
		catch (IOException ex) {
			Throwable cause = (ex instanceof DeadlineHttpClient.UnsentException unsent) ? unsent.reason() : ex;
			throw new UnansweredException(this.backend, explain(request, ex, true), cause, isUnsent(ex), isToBlame(ex));
		}
		catch (RejectedExecutionException ex) {
			throw new UnansweredException(this.backend, explain(request, "the backend is closed"), null, true, false);
		}
	}

	private ClassicHttpRequest message(ConsulRequest request) {
		String query = request.parameters().isEmpty() ? "" : "?" + String.join("&", request.parameters());
		Method method = (request.body() != null) ? Method.PUT : Method.GET;
		ClassicHttpRequest message = new BasicClassicHttpRequest(method, this.host,
				this.prefix + request.path() + query);
		if (request.body() != null) {
			message.setEntity(new StringEntity(request.body(), StandardCharsets.UTF_8));
		}
		return message;
	}

	private ConsulAnswer answer(ConsulRequest request, ClassicHttpResponse response, boolean partial)
			throws IOException {
		boolean whole = !"true".equalsIgnoreCase(header(response, "X-Consul-Results-Filtered-By-ACLs"));
		if (!whole && !partial) {
			throw new FilteredAnswerException();
		}
		HttpEntity entity = response.getEntity();
		if (entity == null) {
			throw new IOException("it sent no text at all");
		}
		// Not closed, which would read what is too long to its end.
		byte[] content = entity.getContent().readNBytes(MOST_BYTES + 1);
		if (content.length > MOST_BYTES) {
			throw new IOException("it sends more than " + MOST_BYTES / 1024 / 1024 + " MiB");
		}
		String body = new String(content, StandardCharsets.UTF_8);
		Long index = number(header(response, "X-Consul-Index"));
		Long lastContact = number(header(response, "X-Consul-LastContact"));
		boolean fresh = !"false".equals(header(response, "X-Consul-KnownLeader"))
				&& (lastContact == null || lastContact <= UNRELIABLE.toMillis());
		return new ConsulAnswer(this.backend, this.address, request.kind(), response.getCode(), body,
				(index != null) ? Math.max(1, index) : 0, fresh, whole);
	}

	private static @Nullable String header(ClassicHttpResponse response, String name) {
		Header header = response.getFirstHeader(name);
		return (header != null) ? header.getValue() : null;
	}

	private static @Nullable Long number(@Nullable String text) {
		try {
			return (text != null) ? Long.parseUnsignedLong(text) : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	private String explain(ConsulRequest request, IOException cause, boolean sent) {
		if (cause instanceof FilteredAnswerException) {
			return "Consul at " + this.address + " answered " + request.kind()
					+ " with part of what there is, filtered by ACL: let the token read all of it"
					+ " (service:read and node:read, or key:read)";
		}
		if (cause instanceof ConsulToken.UnreadableTokenException) {
			return String.valueOf(cause.getMessage());
		}
		if (cause instanceof DeadlineHttpClient.UnsentException unsent) {
			return (unsent.reason() instanceof SocketTimeoutException)
					? explain(request, "it took no connection in time") : explain(request, unsent.reason(), false);
		}
		if (cause instanceof SocketTimeoutException) {
			return explain(request, "it did not answer in time");
		}
		if (sent && (cause instanceof NoHttpResponseException || cause instanceof SocketException)) {
			return explain(request, String.valueOf(cause.getMessage()))
					+ ", and that its http_max_conns_per_client is enough for all processes on this machine";
		}
		String reason = (cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName();
		if (cause instanceof SSLException) {
			return explain(request, "TLS failed: " + reason,
					"Check the agent's certificate, that it names this address, and governance.consul.ssl-bundle");
		}
		return explain(request, reason);
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

	private static boolean isUnsent(IOException cause) {
		return cause instanceof DeadlineHttpClient.UnsentException
				|| cause instanceof ConsulToken.UnreadableTokenException;
	}

	/** Whether another agent may do better. */
	private static boolean isToBlame(IOException cause) {
		if (cause instanceof DeadlineHttpClient.UnsentException unsent) {
			return !(unsent.reason() instanceof AgentConnections.CrowdedException);
		}
		return !(cause instanceof DeadlineHttpClient.AbandonedException
				|| cause instanceof ConsulToken.UnreadableTokenException || cause instanceof FilteredAnswerException);
	}

	/** The server has left out what the token may not read. */
	@SuppressWarnings("serial")
	private static final class FilteredAnswerException extends IOException {

		FilteredAnswerException() {
			super("what the token may not read was left out of the answer");
		}

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
