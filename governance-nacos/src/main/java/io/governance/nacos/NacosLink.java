package io.governance.nacos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.net.ssl.SSLContext;

import com.alibaba.nacos.api.ability.constant.AbilityKey;
import com.alibaba.nacos.api.ability.constant.AbilityStatus;
import com.alibaba.nacos.api.config.remote.request.ClientConfigMetricRequest;
import com.alibaba.nacos.api.config.remote.request.ConfigChangeNotifyRequest;
import com.alibaba.nacos.api.config.remote.response.ClientConfigMetricResponse;
import com.alibaba.nacos.api.config.remote.response.ConfigChangeNotifyResponse;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.remote.request.NotifySubscriberRequest;
import com.alibaba.nacos.api.naming.remote.response.NotifySubscriberResponse;
import com.alibaba.nacos.api.remote.RequestFuture;
import com.alibaba.nacos.api.remote.request.Request;
import com.alibaba.nacos.api.remote.response.ErrorResponse;
import com.alibaba.nacos.api.remote.response.Response;
import com.alibaba.nacos.common.remote.client.Connection;
import com.alibaba.nacos.common.remote.client.ConnectionEventListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.BackendUnavailableException;

/**
 * One connection to Nacos that comes back by itself. Every call has a deadline. Connects
 * at its first use. Thread-safe.
 */
final class NacosLink implements AutoCloseable {

	private static final String TOKEN = "accessToken";

	private static final Logger logger = LoggerFactory.getLogger(NacosLink.class);

	private static final Duration FIRST_TRY = Duration.ofSeconds(4);

	private static final int REGISTERING_TRIES = 4;

	private static final Duration REGISTERING_PAUSE = Duration.ofMillis(100);

	private final String backend;

	private final String module;

	private final NacosSettings settings;

	private final @Nullable SSLContext tls;

	private final NacosLogin login;

	private final NacosLogin.Refusals refusals = new NacosLogin.Refusals();

	private final List<LinkListener> listeners = new ArrayList<>();

	private final Object lock = new Object();

	private @Nullable RpcLink rpc;

	private @Nullable Connection connection;

	/* The last one that was lost, perhaps before it was told that it is there. */
	private @Nullable Connection gone;

	/* Kept when the connection is lost: what it has answered is looked at after that. */
	private boolean old;

	private boolean closed;

	/**
	 * Creates a link; connects to nothing.
	 * @param backend the backend's name
	 * @param module what the server is to serve on it, {@code config} or {@code naming}
	 * @param settings the servers and the times
	 * @param tls the TLS context, or {@code null} for plain text
	 * @param login makes tokens
	 */
	NacosLink(String backend, String module, NacosSettings settings, @Nullable SSLContext tls, NacosLogin login) {
		this.backend = backend;
		this.module = module;
		this.settings = settings;
		this.tls = tls;
		this.login = login;
	}

	/**
	 * Adds a listener, who is told at once if the link is connected.
	 * @param listener told from now on
	 */
	void listen(LinkListener listener) {
		start();
		synchronized (this.lock) {
			this.listeners.add(listener);
			if (this.connection != null) {
				listener.connected();
			}
		}
	}

	boolean isConnected() {
		synchronized (this.lock) {
			return this.connection != null;
		}
	}

	/**
	 * Whether the server of this connection, or of the last one, is one of before version
	 * 3.
	 * @return {@code false} also if there was no connection yet
	 */
	boolean isOfOldServer() {
		synchronized (this.lock) {
			return this.old;
		}
	}

	/** The deadline of one call. */
	Duration timeout() {
		return this.settings.timeout();
	}

	/**
	 * Makes sure that documents of a namespace are where the server's own console has
	 * them. Servers before version 3 keep those of their default namespace below an empty
	 * name: ours would be others, and theirs would look absent.
	 * @param what what is asked, for messages
	 * @param namespace the namespace
	 * @throws BackendUnavailableException if the namespace is the default one, and the
	 * server an old one
	 */
	void checkNamespace(String what, String namespace) {
		if (NacosNames.isPublic(namespace) && isOfOldServer()) {
			throw refused(what, "documents of the namespace '" + namespace
					+ "' cannot be had from a Nacos before version 3. Set governance.namespace to one that you made");
		}
	}

	private RpcLink start() {
		synchronized (this.lock) {
			if (this.closed) {
				throw new IllegalStateException("Backend '" + this.backend + "' is closed");
			}
			RpcLink rpc = this.rpc;
			if (rpc == null) {
				rpc = new RpcLink("governance-" + this.backend + "-" + this.module, this.module, this.settings,
						this.tls, this::lost);
				rpc.registerConnectionListener(new Events());
				rpc.registerServerRequestHandler(this::answer);
				try {
					rpc.start();
					this.rpc = rpc;
				}
				catch (NacosException ex) {
					end(rpc);
					throw unavailable("connect", ex);
				}
			}
			return rpc;
		}
	}

	/**
	 * Events are told one at a time and in order: listeners do no more than note them.
	 */
	void connected(Connection connection) {
		synchronized (this.lock) {
			if (this.closed || connection == this.gone) {
				return;
			}
			this.connection = connection;
			this.old = connection.getConnectionAbility(AbilityKey.SERVER_FUZZY_WATCH) != AbilityStatus.SUPPORTED;
			this.lock.notifyAll();
			this.listeners.forEach(LinkListener::connected);
		}
	}

	void lost(@Nullable Connection gone) {
		synchronized (this.lock) {
			boolean known = this.connection != null;
			this.gone = gone;
			this.connection = null;
			if (known && !this.closed) {
				this.listeners.forEach(LinkListener::lost);
			}
		}
	}

	/** What an earlier connection still tells is older than what this one does. */
	void pushed(Request request, Connection from) {
		synchronized (this.lock) {
			if (from == this.connection) {
				this.listeners.forEach((listener) -> listener.pushed(request));
			}
		}
	}

	private @Nullable Response answer(Request request, Connection connection) {
		if (request instanceof ConfigChangeNotifyRequest) {
			pushed(request, connection);
			return new ConfigChangeNotifyResponse();
		}
		if (request instanceof NotifySubscriberRequest) {
			pushed(request, connection);
			return new NotifySubscriberResponse();
		}
		// A server may ask for cached contents: there are none to give away.
		return (request instanceof ClientConfigMetricRequest) ? new ClientConfigMetricResponse() : null;
	}

	/**
	 * Asks the server.
	 * @param <T> the type of the answer
	 * @param what what is asked, for messages: "read document a/b/c"
	 * @param request the question
	 * @param type the type of the answer
	 * @return the answer, which may be a refusal
	 * @throws BackendUnavailableException if there is no answer in time, or the server
	 * does not let the user do it
	 */
	<T extends Response> T call(String what, Request request, Class<T> type) {
		return check(what, callAll(what, List.of(request)).get(0), type);
	}

	/**
	 * Asks the server several things at once.
	 * @param what what is asked, for messages
	 * @param requests the questions
	 * @return the answers in the order of the questions, each to be {@link #check
	 * checked}
	 * @throws BackendUnavailableException if there is no answer in time
	 */
	List<Response> callAll(String what, List<? extends Request> requests) {
		RpcLink rpc = start();
		try {
			List<Response> answers = send(rpc, requests);
			for (int i = 0; i < REGISTERING_TRIES && answers.stream().anyMatch(NacosLink::isUnregistered); i++) {
				// A busy server before version 3 may not know a new connection yet.
				TimeUnit.MILLISECONDS.sleep(REGISTERING_PAUSE.toMillis());
				answers = send(rpc, requests);
			}
			if (answers.stream().anyMatch(NacosLink::isForbidden) && this.login.renew(token(requests), this.refusals)) {
				answers = send(rpc, requests);
			}
			return answers;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw unavailable(what, ex);
		}
		catch (BackendUnavailableException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw unavailable(what, ex);
		}
	}

	private List<Response> send(RpcLink rpc, List<? extends Request> requests) throws Exception {
		boolean patient = rpc.isFirstTry();
		long timeout = this.settings.timeout().toNanos();
		String token = this.login.token();
		// A login that was made meanwhile had a deadline of its own.
		long begun = System.nanoTime();
		Connection connection = await(rpc, begun + timeout);
		long deadline = (patient ? System.nanoTime() : begun) + timeout;
		List<RequestFuture> sent = new ArrayList<>(requests.size());
		for (Request request : requests) {
			if (!token.isEmpty()) {
				request.putHeader(TOKEN, token);
			}
			sent.add(connection.requestFuture(request));
		}
		List<Response> answers = new ArrayList<>(sent.size());
		for (RequestFuture future : sent) {
			answers.add(answer(future, deadline));
		}
		return answers;
	}

	private static Response answer(RequestFuture future, long deadline) throws Exception {
		try {
			return future.get(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
		}
		catch (NacosException ex) {
			return ErrorResponse.build(ex.getErrCode(), ex.getErrMsg());
		}
	}

	/** Waits for the connection; longer for the first one, which loads many classes. */
	private Connection await(RpcLink rpc, long deadline) throws InterruptedException {
		synchronized (this.lock) {
			while (this.connection == null) {
				long left = deadline - System.nanoTime() + (rpc.isFirstTry() ? FIRST_TRY.toNanos() : 0);
				if (left <= 0 || this.closed) {
					throw new IllegalStateException("there is no connection");
				}
				TimeUnit.NANOSECONDS.timedWait(this.lock, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
			}
			return this.connection;
		}
	}

	/** The token that the requests carry. */
	private static String token(List<? extends Request> requests) {
		return requests.get(0).getHeader(TOKEN, "");
	}

	private static boolean isUnregistered(Response answer) {
		return answer.getErrorCode() == NacosException.UN_REGISTER;
	}

	private static boolean isForbidden(Response answer) {
		return answer.getErrorCode() == NacosException.NO_RIGHT;
	}

	/**
	 * Makes sure that the server has answered the question.
	 * @param <T> the type of the answer
	 * @param what what was asked, for messages
	 * @param answer the answer
	 * @param type the type of the answer
	 * @return the answer, which may still be a refusal
	 * @throws BackendUnavailableException if the server does not let the user do it, or
	 * cannot do it now
	 * @throws IllegalArgumentException if it does not take the question
	 */
	<T extends Response> T check(String what, Response answer, Class<T> type) {
		int code = answer.getErrorCode();
		if (isForbidden(answer)) {
			throw refused(what,
					"the server does not let " + (this.settings.username().isEmpty() ? "anonymous users" : "this user")
							+ " do that. Check governance.nacos.username, its password and its permissions");
		}
		if (isUnregistered(answer)) {
			start().switchServerAsync();
		}
		if (code == NacosException.INVALID_PARAM) {
			throw new IllegalArgumentException(message(what) + "the server refuses it: " + answer.getMessage());
		}
		if (!type.isInstance(answer)) {
			throw refused(what, "the server said " + code + " " + answer.getMessage());
		}
		return type.cast(answer);
	}

	/**
	 * The server has said no.
	 * @param what what was asked
	 * @param reason what it said
	 * @return the exception
	 */
	BackendUnavailableException refused(String what, String reason) {
		return new BackendUnavailableException(this.backend, message(what) + reason, null);
	}

	private BackendUnavailableException unavailable(String what, Exception cause) {
		// The client's own words for a timeout are its object.
		String reason = (cause.getMessage() != null && !(cause instanceof TimeoutException)) ? cause.getMessage()
				: "it does not answer within " + this.settings.timeout().toMillis() + "ms";
		return new BackendUnavailableException(this.backend, message(what) + reason
				+ ". Is the server running, and can its port and the one 1000 above (gRPC) be reached?", cause);
	}

	private String message(String what) {
		return "Backend '" + this.backend + "': could not " + what + " at " + this.settings.addresses() + ": ";
	}

	/**
	 * Why nothing can be known, for whoever watches.
	 * @return the reason
	 */
	String problem() {
		return "Backend '" + this.backend + "': no connection to " + this.settings.addresses();
	}

	@Override
	public void close() {
		RpcLink rpc;
		synchronized (this.lock) {
			this.closed = true;
			this.connection = null;
			this.lock.notifyAll();
			rpc = this.rpc;
		}
		if (rpc != null) {
			end(rpc);
		}
	}

	private void end(RpcLink rpc) {
		try {
			rpc.shutdown();
		}
		catch (NacosException ex) {
			logger.warn("Backend '{}': the client of Nacos does not end", this.backend, ex);
		}
	}

	private final class Events implements ConnectionEventListener {

		@Override
		public void onConnected(Connection connection) {
			NacosLink.this.connected(connection);
		}

		@Override
		public void onDisConnect(Connection connection) {
			// Told when the connection was given up, which comes before.
		}

	}

}
