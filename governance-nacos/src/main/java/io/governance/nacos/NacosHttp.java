package io.governance.nacos;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;

/**
 * The HTTP side of Nacos. Asks one server after the other until one answers, follows no
 * redirect, and takes nothing but JSON for an answer. Thread-safe.
 */
final class NacosHttp implements AutoCloseable {

	/** What the server says where it has no such path. */
	static final int NOT_FOUND = 404;

	private static final int MOST_BYTES = 64 * 1024 * 1024;

	/** What each further server has left of a deadline at least, or its share of it. */
	private static final Duration SPARE = Duration.ofMillis(500);

	private static final JsonMapper MAPPER = JsonMapper.shared();

	private final String backend;

	private final List<String> addresses;

	private final NacosSettings settings;

	private final @Nullable SSLContext tls;

	/** Which server is asked first. */
	private final AtomicInteger first = new AtomicInteger();

	/** What would never end without the threads. */
	private final Set<Future<?>> underWay = ConcurrentHashMap.newKeySet();

	private @Nullable HttpClient client;

	private @Nullable ExecutorService executor;

	private boolean closed;

	NacosHttp(String backend, List<String> addresses, NacosSettings settings, @Nullable SSLContext tls) {
		this.backend = backend;
		this.addresses = addresses;
		this.settings = settings;
		this.tls = tls;
	}

	/**
	 * Sends a request.
	 * @param what what is asked, for messages
	 * @param method the method
	 * @param path the path below the context path
	 * @param token the access token, or an empty string
	 * @param parameters in the query, or as a form for a {@code POST}
	 * @return the answer
	 * @throws BackendUnavailableException if no server answers in time with JSON
	 */
	Answer send(String what, String method, String path, String token, Map<String, String> parameters) {
		long deadline = System.nanoTime() + this.settings.timeout().toNanos();
		BackendUnavailableException failure = null;
		Answer refusal = null;
		int servers = this.addresses.size();
		int first = this.first.get();
		for (int i = 0; i < servers; i++) {
			int index = Math.floorMod(first + i, servers);
			String address = this.addresses.get(index);
			try {
				Answer answer = send(address, what, method, path, token, parameters,
						patience(deadline - System.nanoTime(), servers - i));
				if (!answer.isOfSickServer()) {
					this.first.set(index);
					return answer;
				}
				refusal = (refusal != null) ? refusal : answer;
			}
			catch (BackendUnavailableException ex) {
				failure = ex;
			}
		}
		// The one that had most of the time in vain is not the first again.
		this.first.compareAndSet(first, Math.floorMod(first + 1, servers));
		if (refusal != null) {
			return refusal;
		}
		throw (failure != null) ? failure : unavailable(what, "", "no server is named", null);
	}

	/** How long to wait for a server, so that one that hangs leaves others their time. */
	private static long patience(long left, int servers) {
		return Math.max(TimeUnit.MILLISECONDS.toNanos(50),
				left - (servers - 1) * Math.min(left / servers, SPARE.toNanos()));
	}

	private Answer send(String address, String what, String method, String path, String token,
			Map<String, String> parameters, long patience) {
		// The timeout of the request alone ends with the headers of the answer.
		CompletableFuture<HttpResponse<byte[]>> exchange = begin(request(address, method, path, token, parameters));
		try {
			HttpResponse<byte[]> response = exchange.get(patience, TimeUnit.NANOSECONDS);
			return new Answer(response.statusCode(), parse(what, address, response));
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			String reason = (cause.getMessage() != null) ? cause.getMessage() : cause.getClass().getSimpleName();
			throw unavailable(what, address, reason, cause);
		}
		catch (TimeoutException ex) {
			throw unavailable(what, address, "no answer within " + this.settings.timeout().toMillis() + "ms", ex);
		}
		catch (CancellationException ex) {
			throw unavailable(what, address, "the backend was closed meanwhile", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw unavailable(what, address, "interrupted", ex);
		}
		finally {
			this.underWay.remove(exchange);
			// Closes its connection, unless it is over.
			exchange.cancel(true);
		}
	}

	/** Never while it is being closed: threads that have ended take nothing more. */
	private synchronized CompletableFuture<HttpResponse<byte[]>> begin(HttpRequest request) {
		CompletableFuture<HttpResponse<byte[]>> exchange = client().sendAsync(request,
				(head) -> new BoundedBody(MOST_BYTES));
		this.underWay.add(exchange);
		return exchange;
	}

	private HttpRequest request(String address, String method, String path, String token,
			Map<String, String> parameters) {
		boolean form = method.equals("POST");
		String scheme = this.settings.sslBundle().isEmpty() ? "http://" : "https://";
		String encoded = parameters.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
			.collect(Collectors.joining("&"));
		URI uri = URI.create(scheme + address + this.settings.contextPath() + path
				+ ((form || encoded.isEmpty()) ? "" : "?" + encoded));
		HttpRequest.Builder request = HttpRequest.newBuilder(uri)
			.method(method, form ? HttpRequest.BodyPublishers.ofString(encoded) : HttpRequest.BodyPublishers.noBody());
		if (form) {
			request.header("Content-Type", "application/x-www-form-urlencoded");
		}
		if (!token.isEmpty()) {
			request.header("accessToken", token);
		}
		return request.build();
	}

	private JsonNode parse(String what, String address, HttpResponse<byte[]> response) {
		try {
			JsonNode json = MAPPER.readTree(response.body());
			if (json.isObject()) {
				return json;
			}
		}
		catch (JacksonException ex) {
			// Told below, without the content.
		}
		if (response.statusCode() != 200) {
			return MAPPER.createObjectNode();
		}
		throw unavailable(what, address, "the answer is not a JSON object: is that Nacos, or a proxy?", null);
	}

	private HttpClient client() {
		HttpClient client = this.client;
		if (client == null) {
			if (this.closed) {
				throw new IllegalStateException("Backend '" + this.backend + "' is closed");
			}
			ThreadPoolExecutor executor = new ThreadPoolExecutor(2, 2, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
					new DaemonThreads(this.backend, "http"));
			executor.allowCoreThreadTimeOut(true);
			HttpClient.Builder builder = HttpClient.newBuilder()
				.version(HttpClient.Version.HTTP_1_1)
				.followRedirects(HttpClient.Redirect.NEVER)
				.connectTimeout(this.settings.timeout())
				.executor(executor);
			SSLContext context = this.tls;
			if (context != null) {
				builder.sslContext(context);
			}
			client = builder.build();
			this.client = client;
			this.executor = executor;
		}
		return client;
	}

	BackendUnavailableException unavailable(String what, String reason) {
		return unavailable(what, String.join(",", this.addresses), reason, null);
	}

	private BackendUnavailableException unavailable(String what, String address, String reason,
			@Nullable Throwable cause) {
		return new BackendUnavailableException(this.backend,
				"Backend '" + this.backend + "': could not " + what + " at " + address + ": " + reason, cause);
	}

	/**
	 * Ends what is under way, and the threads. The selector thread of the JDK's client,
	 * which before Java 21 cannot be ended, goes when the client is collected.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		this.underWay.forEach((exchange) -> exchange.cancel(true));
		HttpClient client = this.client;
		if (client instanceof AutoCloseable && this.executor != null) {
			shutDownNow(client);
		}
		this.client = null;
		if (this.executor != null) {
			this.executor.shutdownNow();
		}
	}

	private static void shutDownNow(HttpClient client) {
		try {
			HttpClient.class.getMethod("shutdownNow").invoke(client);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("Every HttpClient that can be closed can be shut down", ex);
		}
	}

	/**
	 * What a server said.
	 *
	 * @param status the HTTP status
	 * @param json the body
	 */
	record Answer(int status, JsonNode json) {

		/**
		 * The server's own code, 0 for success.
		 * @return the code, or the HTTP status where it says none
		 */
		int code() {
			return this.json.path("code").asInt((this.status == 200) ? 0 : this.status);
		}

		/** Whether another server may well give a better answer. */
		boolean isOfSickServer() {
			return this.status >= 500 || this.status == 429;
		}

		JsonNode data() {
			return this.json.path("data");
		}

		String message() {
			return "HTTP " + this.status + ", code " + code() + " " + this.json.path("message").asString("");
		}

	}

}
