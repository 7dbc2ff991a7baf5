package io.governance.consul;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.BackendUnavailableException;
import io.governance.backend.support.RepeatedTask;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.Registry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Own instances, as services of an agent. The agent is the truth of them, since it puts
 * whatever it holds into the catalog, and again where that was lost.
 * <p>
 * Instances stay with one agent for as long as it answers. When another one takes over,
 * what the first one may still hold is removed there once it is back.
 */
final class ConsulRegistry implements Registry {

	private static final Logger logger = LoggerFactory.getLogger(ConsulRegistry.class);

	/** How many instances are renewed at a time. */
	static final int BEATS = 12;

	private static final Duration SWEEP = Duration.ofSeconds(1);

	private final ConsulClient client;

	private final ServiceDefinition definition;

	private final InstanceReader reader;

	/** What was put, by the id at the agent. */
	private final Map<String, Instance> own = new ConcurrentHashMap<>();

	/** With which token each was last put, by the id at the agent. */
	private final Map<String, Long> tokens = new ConcurrentHashMap<>();

	/** What an agent may hold, by its address. */
	private final Map<String, Set<String>> held = new ConcurrentHashMap<>();

	private final Object moving = new Object();

	private volatile ConsulAgent home;

	private @Nullable Heartbeat<String> heartbeat;

	/** Apart from the renewals, which must not wait for agents that hang. */
	private @Nullable ScheduledThreadPoolExecutor sweep;

	private boolean started;

	private boolean closed;

	ConsulRegistry(ConsulClient client, String namespace, InstanceReader reader) {
		this.client = client;
		this.definition = new ServiceDefinition(namespace, client.settings().registration());
		this.reader = reader;
		this.home = client.agents().get(0);
	}

	@Override
	public void put(String service, List<Instance> own) {
		Instance.checkService(service);
		own.forEach((instance) -> check(service, instance));
		startBeating();
		atHome((agent) -> {
			Map<String, JsonNode> before = agentView(agent, service);
			for (Instance instance : own) {
				String id = this.definition.id(service, instance.id());
				JsonNode there = before.get(id);
				if (there == null || !instance.equals(this.own.get(id)) || isOfOlderToken(id)
						|| !isSame(instance, there)) {
					put(agent, id, instance, there);
				}
				this.own.put(id, instance);
				held(agent).add(id);
			}
		});
	}

	/** Whether the agent may keep the catalog in line with a token that is gone. */
	private boolean isOfOlderToken(String id) {
		Long token = this.tokens.get(id);
		return token == null || token != this.client.tokenGeneration();
	}

	private boolean isSame(Instance instance, JsonNode there) {
		return asRegistered(instance.service(), List.of(there)).equals(List.of(instance));
	}

	/**
	 * What was registered. What the agent finds out by itself is left out: registering
	 * again would have its check begin anew, and be late to find the instance well.
	 */
	private List<Instance> asRegistered(String service, Iterable<JsonNode> list) {
		if (this.definition.hasTtl()) {
			return this.reader.read(service, list);
		}
		List<JsonNode> registered = new ArrayList<>();
		for (JsonNode there : list) {
			ObjectNode copy = ConsulJson.object();
			copy.set("Service", there.path("Service"));
			ArrayNode checks = copy.putArray("Checks");
			for (JsonNode check : there.path("Checks")) {
				if (InstanceReader.isMaintenance(check)) {
					checks.add(check);
				}
			}
			registered.add(copy);
		}
		return this.reader.read(service, registered);
	}

	private void check(String service, Instance instance) {
		if (!instance.service().equals(service)) {
			throw new IllegalArgumentException("Instance '" + instance.id() + "' is one of service '"
					+ instance.service() + "', not of '" + service + "'");
		}
		this.definition.json(instance);
	}

	/*
	 * An instance that comes back from maintenance leaves it before it is registered as
	 * up, and one that goes into it is registered as draining before: so that nobody who
	 * knows our metadata sees a state in between.
	 */
	private void put(ConsulAgent agent, String id, Instance instance, @Nullable JsonNode before) {
		held(agent).add(id);
		long token = this.client.tokenGeneration();
		boolean exists = before != null;
		boolean maintained = before != null && isMaintainedByUs(before.path("Checks"));
		boolean maintain = ServiceDefinition.isMaintained(instance.status());
		if (maintained && isOfOlderToken(id)) {
			// Else the agent would take it back with the token that began it.
			maintain(agent, id, false, instance.status());
			maintain(agent, id, true, instance.status());
		}
		if (exists) {
			renew(agent, instance);
			if (maintained && !maintain) {
				maintain(agent, id, false, instance.status());
			}
		}
		ConsulAnswer answer = call(agent,
				ConsulRequest.put("/v1/agent/service/register", this.definition.json(instance)));
		if (answer.status() == 400) {
			throw new IllegalArgumentException(
					"Consul at " + agent.address() + " can never take instance '" + instance.id() + "' of service '"
							+ instance.service() + "': see its log for the part that is not valid");
		}
		answer.orFail();
		if (maintain && !maintained) {
			maintain(agent, id, true, instance.status());
		}
		if (exists || maintain) {
			// A check that was of another kind, or has begun as critical, can only now be
			// told.
			renew(agent, instance);
		}
		this.tokens.put(id, token);
	}

	/** What the agent holds of a service, by id. */
	private Map<String, JsonNode> agentView(ConsulAgent agent, String service) {
		Map<String, JsonNode> view = new HashMap<>();
		agentList(agent, service).forEach((json) -> view.put(json.path("Service").path("ID").asString(""), json));
		return view;
	}

	private JsonNode agentList(ConsulAgent agent, String service) {
		ConsulAnswer answer = call(agent,
				ConsulRequest.get("/v1/agent/health/service/name/" + ConsulRequest.encode(service)));
		return switch (answer.status()) {
			case 200, 404, 429, 503 -> answer.array();
			default -> throw answer.failure();
		};
	}

	private static boolean isMaintainedByUs(JsonNode checks) {
		for (JsonNode check : checks) {
			if (check.path("CheckID").asString("").startsWith("_service_maintenance:")) {
				return check.path("Notes").asString("").startsWith(InstanceReader.OWN_MAINTENANCE);
			}
		}
		return false;
	}

	private void maintain(ConsulAgent agent, String id, boolean enable, InstanceStatus status) {
		call(agent,
				ConsulRequest.put("/v1/agent/service/maintenance/" + ConsulRequest.encode(id), "")
					.with("enable=" + enable)
					.with("reason", InstanceReader.OWN_MAINTENANCE + " " + status))
			.orFail();
	}

	/**
	 * Tells the check of an instance that it lives, whether it takes calls or not; a
	 * check of another kind knows itself.
	 */
	private void renew(ConsulAgent agent, Instance instance) {
		renew(agent, instance, this.client.settings().timeout());
	}

	private void renew(ConsulAgent agent, Instance instance, Duration deadline) {
		if (this.definition.hasTtl()) {
			String word = (instance.status() == InstanceStatus.WARNING) ? "warn" : "pass";
			String check = this.definition.checkId(instance.service(), instance.id());
			call(agent, ConsulRequest.put("/v1/agent/check/" + word + "/" + ConsulRequest.encode(check), ""), deadline);
		}
	}

	private ConsulAnswer call(ConsulAgent agent, ConsulRequest request) {
		return call(agent, request, this.client.settings().timeout());
	}

	private ConsulAnswer call(ConsulAgent agent, ConsulRequest request, Duration deadline) {
		ConsulAnswer answer = agent.call(request, deadline);
		if (answer.status() == 401 || answer.status() == 403) {
			throw answer.failure();
		}
		return answer;
	}

	@Override
	public void remove(String service, String instanceId) {
		String id = this.definition.id(service, instanceId);
		Instance last = this.own.remove(id);
		atHome((agent) -> {
			if (last != null && !this.client.settings().tokenFile().isEmpty()) {
				JsonNode there = agentView(agent, service).get(id);
				if (there != null && isOfOlderToken(id)) {
					// Else the agent would tell the catalog with a token that may be
					// gone.
					put(agent, id, last, there);
				}
			}
			deregister(agent, service, id);
			held(agent).remove(id);
			this.tokens.remove(id);
			this.client.agents()
				.stream()
				.filter((other) -> other != agent && held(other).contains(id))
				.forEach((other) -> logger.warn("{} may still be registered at {}: removed there once it answers", id,
						other.address()));
		});
	}

	private void deregister(ConsulAgent agent, String service, String id) {
		ConsulAnswer answer = call(agent,
				ConsulRequest.put("/v1/agent/service/deregister/" + ConsulRequest.encode(id), ""));
		if (!answer.isOk() && answer.status() != 404 && agentView(agent, service).containsKey(id)) {
			throw answer.failure();
		}
	}

	@Override
	public List<Instance> observe(String service) {
		Instance.checkService(service);
		List<Instance> seen = new ArrayList<>();
		atHome((agent) -> {
			JsonNode list = agentList(agent, service);
			list.forEach((there) -> refreshToken(agent, there));
			seen.addAll(asRegistered(service, list));
		});
		return seen.stream()
			.filter((instance) -> this.own.containsKey(this.definition.id(service, instance.id())))
			.toList();
	}

	/**
	 * The agent tells the catalog of an instance with the token that it was put with, and
	 * nothing any more once that is deleted: neither that it failed nor that it is back.
	 */
	private void refreshToken(ConsulAgent agent, JsonNode there) {
		String id = there.path("Service").path("ID").asString("");
		Instance instance = this.own.get(id);
		if (instance != null && isOfOlderToken(id)) {
			put(agent, id, instance, there);
		}
	}

	/** Does something at the agent that holds the instances, or at the next one. */
	private void atHome(Action action) {
		ConsulAgent first = this.home;
		try {
			action.at(first);
		}
		catch (BackendUnavailableException ex) {
			ConsulAgent next = isToBlame(first, ex) ? moveFrom(first) : null;
			if (next == null) {
				throw ex;
			}
			action.at(next);
		}
	}

	/** One that is down may have something before it that answers in its place. */
	private boolean isToBlame(ConsulAgent agent, BackendUnavailableException failure) {
		return (failure instanceof ConsulAgent.UnansweredException unanswered) ? unanswered.isAgentToBlame()
				: this.client.agents().size() > 1 && !answers(agent);
	}

	private @Nullable ConsulAgent moveFrom(ConsulAgent failed) {
		synchronized (this.moving) {
			if (this.home != failed) {
				return this.home;
			}
			for (ConsulAgent agent : this.client.agents()) {
				if (agent != failed && answers(agent)) {
					logger.warn("Consul at {} does not answer: instances are registered at {} from now on",
							failed.address(), agent.address());
					this.home = agent;
					return agent;
				}
			}
			return null;
		}
	}

	private boolean answers(ConsulAgent agent) {
		try {
			return agent.call(ConsulRequest.get("/v1/status/leader"), this.client.settings().timeout()).isOk();
		}
		catch (BackendUnavailableException ex) {
			return false;
		}
	}

	private Set<String> held(ConsulAgent agent) {
		return this.held.computeIfAbsent(agent.address(), (any) -> ConcurrentHashMap.newKeySet());
	}

	private synchronized void startBeating() {
		if (this.started || this.closed) {
			return;
		}
		this.started = true;
		if (this.definition.hasTtl()) {
			this.heartbeat = new Heartbeat<>(this.client, "beat", BEATS, this.client.settings().registration().ttl(),
					this.own::keySet, this::beat);
		}
		if (this.client.agents().size() > 1) {
			this.sweep = this.client.executor("sweep");
			this.sweep.scheduleWithFixedDelay(
					new RepeatedTask("The removal of what Consul's agents need not hold", this::sweep),
					SWEEP.toMillis(), SWEEP.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/** Renews an instance. That it is not there any more is found by who compares. */
	private void beat(String id, Duration deadline) {
		Instance instance = this.own.get(id);
		if (instance == null) {
			return;
		}
		try {
			renew(this.home, instance, deadline);
		}
		catch (RuntimeException ex) {
			logger.debug("Instance {} of service {} could not be renewed", instance.id(), instance.service(), ex);
		}
	}

	/** Removes what agents that are back hold although another one has taken over. */
	private void sweep() {
		for (ConsulAgent agent : this.client.agents()) {
			Set<String> ids = held(agent);
			if (agent != this.home && !ids.isEmpty() && answers(agent)) {
				new HashSet<>(ids).forEach((id) -> sweep(agent, ids, id));
			}
		}
	}

	private void sweep(ConsulAgent agent, Set<String> ids, String id) {
		if (agent == this.home) {
			return;
		}
		try {
			ids.remove(id);
			deregister(agent, id.split("/", 3)[1], id);
			Instance instance = this.own.get(id);
			if (agent == this.home && instance != null) {
				// It has become the home again meanwhile: what was removed may be live.
				put(agent, id, instance, null);
				return;
			}
			logger.info("Consul at {} answers again: {} was removed there", agent.address(), id);
		}
		catch (RuntimeException ex) {
			ids.add(id);
			logger.debug("{} could not be removed from {}", id, agent.address(), ex);
		}
	}

	@Override
	public void close() {
		synchronized (this) {
			this.closed = true;
			if (this.heartbeat != null) {
				this.heartbeat.close();
			}
			if (this.sweep != null) {
				this.sweep.shutdownNow();
			}
		}
	}

	/** What is done at an agent. */
	private interface Action {

		void at(ConsulAgent agent);

	}

}
