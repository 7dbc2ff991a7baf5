package io.governance.consul;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.governance.Subscription;
import io.governance.backend.support.Watches;
import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Watches services: each by a query of its own for its health, and whatever comes on top
 * of the bound by two for all of them. One tells all checks, which shows whose have
 * changed, with its status or, as our own carry a mark of it, with what was registered.
 * The other tells which services have come, gone or changed their tags, and that some
 * registration has changed: which one is found out by {@link ServiceFingerprints}.
 */
final class ServiceWatches implements Watches.Source<String, List<Instance>>, AutoCloseable {

	private static final long CHECKS_PAUSE_MILLIS = 250;

	private static final long REGISTRATIONS_PAUSE_MILLIS = 1_000;

	private final ConsulClient client;

	private final InstanceReader reader;

	private final WatchThreads threads;

	private final ServiceFingerprints fingerprints;

	private final ChangeDetector<String, List<Instance>> detector;

	ServiceWatches(ConsulClient client, InstanceReader reader, WatchThreads threads) {
		this.client = client;
		this.reader = reader;
		this.threads = threads;
		this.fingerprints = new ServiceFingerprints(client, System::nanoTime);
		this.detector = new ChangeDetector<>(new ServiceReader(), threads.readers(),
				() -> client.executor("service-detector"));
	}

	@Override
	public Subscription watch(String service, Watches.Sink<List<Instance>> sink) {
		Subscription own = this.threads.tryStart(new ServiceWatch(service, sink));
		if (own != null) {
			return own;
		}
		Subscription shared = this.detector.add(service, sink, this::startHints);
		lookAgainIfWorthIt();
		return shared;
	}

	/**
	 * The first look may have met a few services only. Without another one the next
	 * change would mean to read all that came since.
	 */
	private void lookAgainIfWorthIt() {
		if (this.fingerprints.areWorthTaking(this.detector.size())) {
			this.detector.hint();
		}
	}

	private Map<?, Subscription> startHints() {
		WatchLoop.Watch registrations = new RegistrationsWatch();
		WatchLoop.Watch checks = new ChecksWatch();
		return Map.of(registrations, this.threads.start(registrations), checks, this.threads.start(checks));
	}

	@Override
	public void close() {
		this.detector.close();
	}

	/** Asks the servers anew, whatever the watches know. */
	List<Instance> read(String service) {
		return this.reader.read(service, this.client.readConsistent(health(service)).orFail().array());
	}

	private static ConsulRequest health(String service) {
		return ConsulRequest.get("/v1/health/service/" + ConsulRequest.encode(service));
	}

	/** One service. */
	private final class ServiceWatch implements WatchLoop.Watch {

		private final String service;

		private final Watches.Sink<List<Instance>> sink;

		private @Nullable List<Instance> last;

		ServiceWatch(String service, Watches.Sink<List<Instance>> sink) {
			this.service = service;
			this.sink = sink;
		}

		@Override
		public ConsulRequest request() {
			return health(this.service);
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			List<Instance> now = ServiceWatches.this.reader.read(this.service, answer.orFail().array());
			boolean news = !now.equals(this.last);
			this.last = now;
			this.sink.offer(now);
			return news;
		}

		@Override
		public void onLost(String reason) {
			this.sink.lost(reason);
		}

	}

	/**
	 * Tells the detector that some registration has changed: those that came or went are
	 * read first.
	 */
	private final class RegistrationsWatch implements WatchLoop.Watch {

		private Map<String, JsonNode> last = Map.of();

		private long index;

		@Override
		public ConsulRequest request() {
			return ConsulRequest.get("/v1/catalog/services");
		}

		@Override
		public boolean takesPart() {
			return true;
		}

		@Override
		public long pauseMillis() {
			return REGISTRATIONS_PAUSE_MILLIS;
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			Map<String, JsonNode> now = new HashMap<>();
			answer.orFail().object().properties().forEach((entry) -> now.put(entry.getKey(), entry.getValue()));
			ServiceWatches.this.detector.found(this);
			Set<String> changed = Checks.differences(now, this.last);
			this.last = now;
			if (changed.isEmpty() && answer.index() > 0 && answer.index() == this.index) {
				// The time of waiting was over.
				return false;
			}
			this.index = answer.index();
			ServiceWatches.this.detector.hint(changed);
			ServiceWatches.this.detector.hint();
			return true;
		}

		@Override
		public void onLost(String reason) {
			this.index = 0;
			ServiceWatches.this.detector.lost(this, reason);
		}

	}

	/** Tells the detector which services' checks have changed. */
	private final class ChecksWatch implements WatchLoop.Watch {

		private @Nullable Checks last;

		@Override
		public ConsulRequest request() {
			return ConsulRequest.get("/v1/health/state/any");
		}

		@Override
		public boolean takesPart() {
			return true;
		}

		@Override
		public long pauseMillis() {
			return CHECKS_PAUSE_MILLIS;
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			Checks now = Checks.of(answer.orFail().array());
			ServiceWatches.this.detector.found(this);
			Checks before = this.last;
			this.last = now;
			if (before == null) {
				ServiceWatches.this.detector.hintAll();
				return true;
			}
			Set<String> changed = Checks.differences(now.ofServices, before.ofServices);
			Set<String> nodes = Checks.differences(now.ofNodes, before.ofNodes);
			if (!nodes.isEmpty()) {
				Set<String> there = ServiceWatches.this.fingerprints.on(nodes);
				if (there == null) {
					ServiceWatches.this.detector.hintAll();
					return true;
				}
				changed.addAll(there);
			}
			ServiceWatches.this.detector.hint(changed);
			return !changed.isEmpty();
		}

		@Override
		public void onLost(String reason) {
			this.last = null;
			ServiceWatches.this.detector.lost(this, reason);
		}

	}

	/**
	 * All checks.
	 *
	 * @param ofServices of each service, when each of its checks was modified
	 * @param ofNodes of each node, when each of its own checks was modified
	 */
	private record Checks(Map<String, Map<String, Long>> ofServices, Map<String, Map<String, Long>> ofNodes) {

		static Checks of(JsonNode list) {
			Checks checks = new Checks(new HashMap<>(), new HashMap<>());
			for (JsonNode check : list) {
				String node = check.path("Node").asString("");
				String service = check.path("ServiceName").asString("");
				Map<String, Map<String, Long>> all = service.isEmpty() ? checks.ofNodes : checks.ofServices;
				all.computeIfAbsent(service.isEmpty() ? node : service, (any) -> new HashMap<>())
					.put(node + "/" + check.path("CheckID").asString(""), check.path("ModifyIndex").asLong(0));
			}
			return checks;
		}

		static Set<String> differences(Map<String, ?> one, Map<String, ?> other) {
			Set<String> different = new HashSet<>(one.keySet());
			different.addAll(other.keySet());
			different.removeIf((key) -> Objects.equals(one.get(key), other.get(key)));
			return different;
		}

	}

	/** Reads services one by one. */
	private final class ServiceReader implements ChangeReader<String, List<Instance>> {

		@Override
		public Set<String> changed(Map<String, List<Instance>> known, int watched) {
			Set<String> changed = ServiceWatches.this.fingerprints.changed(known.keySet(), watched);
			lookAgainIfWorthIt();
			return changed;
		}

		@Override
		public List<Instance> read(String service, @Nullable List<Instance> known) {
			// A server that is behind would tell what was before the change.
			ConsulAnswer answer = ServiceWatches.this.client.readConsistent(health(service));
			return ServiceWatches.this.reader.read(service, answer.orFail().array());
		}

	}

}
