package io.governance.consul;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;
import io.governance.backend.support.RepeatedTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All agents of a backend: asks the one that answered last, and another one when it does
 * not. One pool of connections is for calls, another for what waits for changes; agents
 * that others wait on are asked for a sign of life every second, so that one that hangs
 * is noticed long before the waiting ends. Starts no thread before its first use.
 * Thread-safe.
 */
final class ConsulClient implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ConsulClient.class);

	private static final ConsulRequest PING = ConsulRequest.get("/v1/status/leader");

	private static final Duration PING_INTERVAL = Duration.ofSeconds(1);

	/** What each further agent has left of a deadline at least, or its share of it. */
	private static final Duration SPARE = Duration.ofMillis(300);

	private static final int CALLS = 24;

	private static final int OTHER_WATCHES = 40;

	private final String name;

	private final ConsulSettings settings;

	private final ConsulToken token;

	private final DeadlineHttpClient callClient;

	private final DeadlineHttpClient watchClient;

	private final List<ConsulAgent> agents;

	private @Nullable ScheduledThreadPoolExecutor timer;

	private @Nullable ScheduledThreadPoolExecutor pinger;

	private volatile ConsulAgent preferred;

	/** Whether any has been asked: before that, none is more likely to answer. */
	private volatile boolean asked;

	private boolean closed;

	ConsulClient(String name, ConsulSettings settings, @Nullable SSLContext ssl) {
		this.name = name;
		this.settings = settings;
		this.token = new ConsulToken(settings);
		SSLSocketFactory tls = tls(settings, ssl);
		this.callClient = new DeadlineHttpClient(tls, CALLS, this.token, this::timer, settings.timeout(), false);
		this.watchClient = new DeadlineHttpClient(tls, settings.maxWatches() + OTHER_WATCHES, this.token, this::timer,
				settings.timeout(), true);
		Map<String, ConsulAgent> agents = new LinkedHashMap<>();
		for (String address : settings.addresses()) {
			ConsulAgent agent = new ConsulAgent(name, address, this.callClient, this.watchClient);
			// Twice the same one would be taken for a failed one that is back.
			agents.putIfAbsent(agent.address(), agent);
		}
		this.agents = List.copyOf(agents.values());
		this.preferred = this.agents.get(0);
		if (this.token.isPresent()) {
			warnOfPlainText();
		}
	}

	private void warnOfPlainText() {
		for (ConsulAgent agent : this.agents) {
			String host = agent.authority().substring(0, agent.authority().lastIndexOf(':'));
			boolean loopback = host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
			if (agent.address().startsWith("http://") && !loopback) {
				logger.warn("Backend '{}': the token goes to {} in plain text. Use https", this.name, agent.address());
			}
		}
	}

	/** TLS reads all trusted certificates: only where an address asks for it. */
	private static @Nullable SSLSocketFactory tls(ConsulSettings settings, @Nullable SSLContext ssl) {
		for (String address : settings.addresses()) {
			if (address.startsWith("https:")) {
				return ((ssl != null) ? ssl : platform()).getSocketFactory();
			}
		}
		return null;
	}

	private static SSLContext platform() {
		try {
			SSLContext platform = SSLContext.getInstance("TLS");
			platform.init(null, null, null);
			return platform;
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("The platform has no TLS", ex);
		}
	}

	/** Ends what takes too long. */
	synchronized ScheduledExecutorService timer() {
		if (this.timer == null) {
			this.timer = executor("timer");
		}
		return this.timer;
	}

	/** A thread of the backend for work that comes again and again. */
	ScheduledThreadPoolExecutor executor(String role) {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, new DaemonThreads("consul", role));
		executor.setRemoveOnCancelPolicy(true);
		executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		return executor;
	}

	String name() {
		return this.name;
	}

	ConsulSettings settings() {
		return this.settings;
	}

	/** Which token requests carry: grows whenever it is another one than before. */
	long tokenGeneration() {
		return this.token.generation();
	}

	List<ConsulAgent> agents() {
		return this.agents;
	}

	/** The agents in the order in which to ask them. */
	List<ConsulAgent> candidates() {
		ConsulAgent first = this.preferred;
		List<ConsulAgent> order = new ArrayList<>();
		List<ConsulAgent> down = new ArrayList<>();
		order.add(first);
		for (ConsulAgent agent : this.agents) {
			if (agent != first) {
				(agent.isDown() ? down : order).add(agent);
			}
		}
		order.addAll(down);
		return order;
	}

	/** Adds what every question about the cluster says. */
	ConsulRequest inDatacenter(ConsulRequest request) {
		return this.settings.datacenter().isEmpty() ? request : request.with("dc", this.settings.datacenter());
	}

	/**
	 * Reads what is there now, as current as documents have to be.
	 * @param request what to ask
	 * @return the answer, whatever its status
	 * @throws BackendUnavailableException if no agent answers
	 */
	ConsulAnswer read(ConsulRequest request) {
		boolean relaxed = this.settings.consistency() != ConsulSettings.Consistency.CONSISTENT;
		if (relaxed) {
			ConsulAnswer answer = call(inDatacenter(request), false);
			if (answer.fresh()) {
				return answer;
			}
		}
		return readConsistent(request);
	}

	/** As {@link #read}, certain whatever the settings say. */
	ConsulAnswer readConsistent(ConsulRequest request) {
		return readConsistent(request, this.settings.timeout());
	}

	/** As {@link #readConsistent(ConsulRequest)}, within a deadline. */
	ConsulAnswer readConsistent(ConsulRequest request, Duration deadline) {
		return call(inDatacenter(request.with("consistent")), deadline, false);
	}

	/** As {@link #read}, content with what the token may read. */
	ConsulAnswer readPartial(ConsulRequest request) {
		return call(inDatacenter(request.with("consistent")), true);
	}

	/**
	 * The datacenter that the agents themselves are in.
	 * @return its name; empty if the token may not read it
	 * @throws BackendUnavailableException if no agent answers
	 */
	String ownDatacenter() {
		ConsulAnswer servers = call(ConsulRequest.get("/v1/catalog/service/consul"), true);
		return servers.orFail().array().path(0).path("Datacenter").asString("");
	}

	/** Writes to the cluster by whichever agent. */
	ConsulAnswer write(ConsulRequest request) {
		return write(request, this.settings.timeout());
	}

	/** As {@link #write(ConsulRequest)}, within a deadline. */
	ConsulAnswer write(ConsulRequest request, Duration deadline) {
		return call(inDatacenter(request), deadline, false);
	}

	private ConsulAnswer call(ConsulRequest request, boolean partial) {
		return call(request, this.settings.timeout(), partial);
	}

	private ConsulAnswer call(ConsulRequest request, Duration within, boolean partial) {
		List<ConsulAgent> candidates = candidates();
		long deadline = System.nanoTime() + within.toNanos();
		for (int i = 0;; i++) {
			ConsulAgent agent = candidates.get(i);
			int left = candidates.size() - i;
			Duration patience = patience(deadline - System.nanoTime(), left, i == 0 && this.asked);
			try {
				ConsulAnswer answer = partial ? agent.callPartial(request, patience) : agent.call(request, patience);
				if (answer.status() < 500 || left == 1 || !request.repeatable()) {
					prefer(agent);
					return answer;
				}
			}
			catch (ConsulAgent.UnansweredException ex) {
				boolean again = request.repeatable() || ex.isUnsent();
				if (left == 1 || !again) {
					if (ex.isAgentToBlame()) {
						turnFrom(candidates);
					}
					throw ex;
				}
			}
		}
	}

	/** One that is slow, but answers, may take about as long as if it were alone. */
	private static Duration patience(long nanos, int agents, boolean most) {
		long share = nanos / agents;
		return Duration.ofNanos(Math.max(1, most ? nanos - (agents - 1) * Math.min(share, SPARE.toNanos()) : share));
	}

	/** The one that had most of the time in vain is not the first again. */
	private synchronized void turnFrom(List<ConsulAgent> candidates) {
		this.asked = true;
		if (candidates.size() > 1 && this.preferred == candidates.get(0)) {
			this.preferred = candidates.get(1);
		}
	}

	private void prefer(ConsulAgent agent) {
		agent.down(false);
		this.asked = true;
		if (this.preferred != agent) {
			logger.info("Backend '{}': asking Consul at {} from now on", this.name, agent.address());
			this.preferred = agent;
		}
	}

	/**
	 * Waits for a change.
	 * @param request what to ask, without its parameters of waiting
	 * @param index the index to wait after; 0 to ask for what is there now
	 * @param certain whether the answer must be consistent whatever the settings say
	 * @param partial whether an answer will do that leaves out what the token may not
	 * read
	 * @return the answer, whatever its status
	 * @throws BackendUnavailableException if the agent does not answer
	 */
	ConsulAnswer await(ConsulRequest request, long index, boolean certain, boolean partial) {
		startPinging();
		ConsulRequest asked = inDatacenter(request);
		ConsulSettings.Consistency consistency = certain ? ConsulSettings.Consistency.CONSISTENT
				: this.settings.consistency();
		if (consistency != ConsulSettings.Consistency.DEFAULT) {
			asked = asked.with(consistency.parameter());
		}
		if (index > 0) {
			asked = asked.with("index=" + Long.toUnsignedString(index))
				.with("wait=" + this.settings.maxWait().toMillis() + "ms");
		}
		Duration patience = (index > 0)
				? this.settings.maxWait().multipliedBy(17).dividedBy(16).plus(this.settings.timeout())
				: this.settings.timeout();
		ConsulAgent agent = this.preferred;
		try {
			return agent.watch(asked, patience, partial);
		}
		catch (ConsulAgent.UnansweredException ex) {
			if (ex.isAgentToBlame()) {
				next(agent);
			}
			throw ex;
		}
	}

	/** Another agent is asked from now on, if that one was and there is one. */
	private synchronized void next(ConsulAgent failed) {
		failed.down(true);
		if (this.preferred == failed && !this.closed && this.agents.size() > 1) {
			ConsulAgent other = candidates().get(1);
			logger.warn("Backend '{}': Consul at {} does not answer, asking {} from now on", this.name,
					failed.address(), other.address());
			this.preferred = other;
		}
	}

	private synchronized void startPinging() {
		if (this.pinger == null && !this.closed) {
			this.pinger = executor("ping");
			this.pinger.scheduleWithFixedDelay(
					new RepeatedTask("Asking Consul's agents for a sign of life", this::ping), PING_INTERVAL.toMillis(),
					PING_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/** Asks whoever is asked for changes, which may be others than the one for calls. */
	private void ping() {
		Set<String> asking = this.watchClient.asking();
		for (ConsulAgent agent : this.agents) {
			if (agent == this.preferred || asking.contains(agent.authority())) {
				ping(agent);
			}
		}
	}

	private void ping(ConsulAgent agent) {
		try {
			ConsulAnswer answer = agent.call(PING, this.settings.timeout());
			boolean led = !answer.isOk() || answer.body().strip().length() > 2;
			if (answer.status() >= 500 || !led) {
				abandon(agent);
			}
		}
		catch (ConsulAgent.UnansweredException ex) {
			if (ex.isAgentToBlame()) {
				abandon(agent);
			}
		}
		catch (BackendUnavailableException ex) {
			abandon(agent);
		}
	}

	private void abandon(ConsulAgent agent) {
		next(agent);
		this.watchClient.abortAll(agent.authority()::equals);
	}

	/** Ends the request of a thread that waits for a change. */
	void abort(Thread thread) {
		this.watchClient.abort(thread);
	}

	@Override
	public void close() {
		synchronized (this) {
			this.closed = true;
			if (this.pinger != null) {
				this.pinger.shutdownNow();
			}
		}
		// Before the abort: a request either sees it, or is seen.
		this.watchClient.close();
		this.callClient.close();
		this.watchClient.abortAll((any) -> true);
		this.callClient.abortAll((any) -> true);
		timer().shutdownNow();
	}

}
