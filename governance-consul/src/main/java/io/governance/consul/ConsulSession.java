package io.governance.consul;

import java.time.Duration;
import java.util.function.LongSupplier;

import tools.jackson.databind.node.ObjectNode;

/**
 * A session of Consul, which owns one lock. It does not hang on the health of the node
 * that the agent runs on: what ends it is that it is not renewed. Thread-safe.
 */
final class ConsulSession implements ConsulLock.Renewable {

	private static final Duration MIN_LEFT = Duration.ofMillis(500);

	private final ConsulClient client;

	private final String id;

	private final LongSupplier nanoTime;

	private final long trustedNanos;

	private volatile long renewed;

	private volatile boolean gone;

	private ConsulSession(ConsulClient client, String id, LongSupplier nanoTime, long renewed) {
		this.client = client;
		this.id = id;
		this.nanoTime = nanoTime;
		this.renewed = renewed;
		Duration ttl = client.settings().lock().ttl();
		this.trustedNanos = ttl.minus(ttl.dividedBy(10)).minus(MIN_LEFT).toNanos();
	}

	/**
	 * Begins a session.
	 * @param client asks the agents
	 * @param name what the session is for, which operators see
	 * @param nanoTime measures how long it lasts
	 * @return the session
	 * @throws UnsupportedOperationException if it would have to be in another datacenter
	 */
	static ConsulSession begin(ConsulClient client, String name, LongSupplier nanoTime) {
		ConsulSettings.LockSettings settings = client.settings().lock();
		ObjectNode json = ConsulJson.object()
			.put("Name", name)
			.put("TTL", ConsulSettings.text(settings.ttl()))
			.put("LockDelay", ConsulSettings.text(settings.delay()))
			.put("Behavior", "release");
		json.putArray("NodeChecks");
		long begun = nanoTime.getAsLong();
		ConsulAnswer answer = client.write(ConsulRequest.put("/v1/session/create", ConsulJson.write(json)));
		if (!answer.isOk()) {
			checkDatacenter(client);
		}
		String id = answer.orFail().object().path("ID").asString("");
		if (id.isEmpty()) {
			throw answer.nonsense("not a session");
		}
		return new ConsulSession(client, id, nanoTime, begun);
	}

	/** It belongs to the node of its agent, which no other datacenter knows. */
	private static void checkDatacenter(ConsulClient client) {
		String asked = client.settings().datacenter();
		String own = asked.isEmpty() ? "" : client.ownDatacenter();
		if (!own.equals(asked) && !own.isEmpty()) {
			throw new UnsupportedOperationException("Backend '" + client.name()
					+ "' has no locks in another datacenter: governance.consul.datacenter is '" + asked
					+ "', the agent's is '" + own
					+ "'. Take locks by a backend without that property, or by agents of that datacenter");
		}
	}

	String id() {
		return this.id;
	}

	/**
	 * Says that it still lives.
	 * @param deadline how long to wait for the answer
	 */
	@Override
	public void renew(Duration deadline) {
		long begun = this.nanoTime.getAsLong();
		ConsulAnswer answer = this.client.write(ConsulRequest.put("/v1/session/renew/" + this.id, ""), deadline);
		if (answer.status() == 404) {
			this.gone = true;
			return;
		}
		answer.orFail();
		this.renewed = begun;
	}

	/** Whether the server has said that it ended. */
	boolean isGone() {
		return this.gone;
	}

	/**
	 * Whether it lasts for certain: the server counts from the last renewal that it has
	 * answered, which is later than when that was sent.
	 */
	boolean isTrusted() {
		return !this.gone && this.nanoTime.getAsLong() - this.renewed < this.trustedNanos;
	}

	/** Ends it, and with it what it owns. */
	void end() {
		this.client.write(ConsulRequest.put("/v1/session/destroy/" + this.id, ""));
	}

}
