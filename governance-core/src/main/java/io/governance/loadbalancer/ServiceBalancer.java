package io.governance.loadbalancer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Picks instances of one service: keeps the {@link Endpoint}s of its instances, and for
 * each lane a {@link Picker} over those that are left by the filters. All is computed
 * when instances, policy, settings or health change, and becomes visible as a whole.
 * Thread-safe; picks take no lock.
 */
public final class ServiceBalancer {

	private static final Logger logger = LoggerFactory.getLogger(ServiceBalancer.class);

	private final String service;

	private final String client;

	private final boolean usesAffinity;

	private final CallClock clock;

	private final SlowStart slowStart;

	private final Executor executor;

	private final CallObserver calls;

	private final LanePickersFactory pickers;

	private final HealthLog log;

	private final OutlierDetector detector;

	private final AtomicBoolean refreshing = new AtomicBoolean();

	private LoadBalancerSettings settings;

	private LanePolicy policy;

	/** How many instances have been seen. */
	private int numbers;

	/** Whether a list has come yet. */
	private boolean listed;

	private volatile LaneTable table;

	ServiceBalancer(ServiceBalancerBuilder builder) {
		this.service = builder.service;
		this.client = builder.client;
		this.usesAffinity = builder.loadBalancer.usesAffinity();
		this.policy = builder.policy;
		this.settings = builder.settings;
		this.executor = builder.executor;
		this.calls = builder.calls;
		this.clock = new CallClock(builder.ticker);
		this.slowStart = new SlowStart(builder.instants);
		this.pickers = new LanePickersFactory(builder.loadBalancer, builder.zone, builder.ticker, this.clock,
				builder.random, builder.algorithmSettings);
		this.log = new HealthLog(builder.listener);
		this.detector = new OutlierDetector(this.service, this.clock, this.settings.outliers(), this.log,
				this::refreshSoon);
		this.table = tables().empty();
	}

	/**
	 * Begins a balancer.
	 * @param service the service's name
	 * @param loadBalancer the algorithm
	 * @return a builder for the rest, by default with the system's clock and randomness
	 */
	public static ServiceBalancerBuilder builder(String service, LoadBalancer loadBalancer) {
		return new ServiceBalancerBuilder(service, loadBalancer);
	}

	/**
	 * The service's name.
	 * @return the name
	 */
	public String service() {
		return this.service;
	}

	/**
	 * Whether the algorithm looks at what calls have in common.
	 * @return what {@link LoadBalancer#usesAffinity()} told
	 */
	public boolean usesAffinity() {
		return this.usesAffinity;
	}

	/**
	 * Takes over the instances as they are now. Those that take no calls or have weight 0
	 * stay known. An instance that was known before keeps its statistics. Does nothing if
	 * nothing changed.
	 * @param instances all instances of the service, each id once
	 */
	public void update(List<Instance> instances) {
		synchronized (this) {
			List<Endpoint> endpoints = endpointsOf(instances);
			this.listed = true;
			if (!endpoints.equals(this.table.endpoints())) {
				rebuild(endpoints);
			}
		}
		this.log.deliver();
	}

	private List<Endpoint> endpointsOf(List<Instance> instances) {
		long now = this.clock.advance();
		Map<String, Endpoint> known = new HashMap<>();
		for (Endpoint endpoint : this.table.endpoints()) {
			known.put(endpoint.instance().id(), endpoint);
		}
		Map<String, Endpoint> endpoints = new TreeMap<>();
		for (Instance instance : instances) {
			Endpoint endpoint = known.get(instance.id());
			endpoints.put(instance.id(), (endpoint != null) ? changed(endpoint, instance, now) : added(instance, now));
		}
		return List.copyOf(endpoints.values());
	}

	private Endpoint added(Instance instance, long now) {
		Endpoint endpoint = new Endpoint(instance, this.clock, this.detector, this.calls, this.numbers++);
		endpoint.health().ramp(this.slowStart.ofNew(instance, !this.listed, this.settings.slowStart(), now));
		return endpoint;
	}

	private Endpoint changed(Endpoint endpoint, Instance instance, long now) {
		Instance before = endpoint.instance();
		Endpoint changed = endpoint.describedAs(instance);
		if (changed != endpoint) {
			EndpointHealth health = endpoint.health();
			health.ramp(this.slowStart.ofChanged(before, instance, health.ramp(), this.settings.slowStart(), now));
			if (SlowStart.isStartedAnew(before, instance)) {
				this.detector.replaced(health);
			}
		}
		return changed;
	}

	/**
	 * Changes what happens to calls of lanes without instances.
	 * @param policy the new policy
	 */
	public void lanes(LanePolicy policy) {
		synchronized (this) {
			if (!policy.equals(this.policy)) {
				this.policy = policy;
				rebuild(this.table.endpoints());
			}
		}
		this.log.deliver();
	}

	/**
	 * The settings as they are now.
	 * @return the settings
	 */
	public synchronized LoadBalancerSettings settings() {
		return this.settings;
	}

	/**
	 * Changes the settings. Statistics and positions stay; ejections stay unless they are
	 * switched off. Who gets its share little by little gets all of it when the new time
	 * since it began is over.
	 * @param settings the new settings
	 */
	public void settings(LoadBalancerSettings settings) {
		synchronized (this) {
			if (!settings.equals(this.settings)) {
				this.settings = settings;
				this.detector.settings(settings.outliers());
				this.table.endpoints().forEach((endpoint) -> endpoint.health().rampAsIn(settings));
				rebuild(this.table.endpoints());
			}
		}
		this.log.deliver();
	}

	/**
	 * Tells what a probe of an instance found. Instances that do not answer are avoided
	 * until they do; unknown ones are ignored.
	 * @param instanceId the instance's id
	 * @param answers whether it answers as it should
	 * @param reason why, in words without secrets
	 */
	public void probed(String instanceId, boolean answers, String reason) {
		for (Endpoint endpoint : this.table.endpoints()) {
			if (endpoint.instance().id().equals(instanceId)) {
				probed(endpoint.health(), answers, reason);
			}
		}
	}

	/** The same for whoever knows which one of that id was probed. */
	void probed(EndpointHealth health, boolean answers, String reason) {
		this.detector.probed(health, answers, reason);
	}

	/**
	 * Does what time demands: ends ejections and ramps, and compares success rates. To be
	 * called about once a second, by one thread that may wait; is quick unless something
	 * changes.
	 */
	public void maintain() {
		synchronized (this) {
			long now = this.clock.advance();
			this.detector.maintain(now);
			boolean settled = false;
			for (Endpoint endpoint : this.table.endpoints()) {
				Ramp ramp = endpoint.health().ramp();
				if (ramp != null && ramp.isOver(now)) {
					endpoint.health().ramp(null);
					settled = true;
				}
			}
			if (settled || isStale()) {
				rebuild(this.table.endpoints());
			}
		}
		this.log.deliver();
	}

	/**
	 * Picks an instance for a call: one of the lane, else one of where the lane falls
	 * back to. Takes no lock and allocates nothing, also for a lane that nobody knows.
	 * @param lane the name of the lane; {@link Instance#STABLE} for the ordinary one
	 * @param request what is known of the call
	 * @return the endpoint, or {@code null} if there is none
	 */
	public @Nullable Endpoint pick(String lane, PickRequest request) {
		LaneTable table = this.table;
		return (table.revision() == this.detector.revision()) ? table.pick(lane, request)
				: table.group(lane).pickOfNow(request);
	}

	/**
	 * Picks an instance for a further try of a call: one that need not be avoided, in the
	 * same way as {@link #pick(String, PickRequest)} where that finds one, else any other
	 * that the call may go to, those of the caller's zone first. Where the lane has
	 * nobody left, that is one of where it falls back to. Takes no lock and allocates
	 * nothing.
	 * @param lane the name of the lane; {@link Instance#STABLE} for the ordinary one
	 * @param request what is known of the call
	 * @param avoid who must not be picked, such as those that were tried already (see
	 * {@link Endpoint#isSameInstance}); asked more than once for one endpoint, quick and
	 * without side effects
	 * @return the endpoint, or {@code null} if all must be avoided or there is none
	 */
	public @Nullable Endpoint pick(String lane, PickRequest request, Predicate<? super Endpoint> avoid) {
		LaneTable table = this.table;
		Endpoint endpoint = table.group(lane).pick(request, avoid);
		if (endpoint != null) {
			return endpoint;
		}
		LaneGroup reserve = table.reserve(lane);
		return (reserve != null) ? reserve.pick(request, avoid) : null;
	}

	/**
	 * All known instances, whether they take calls or not.
	 * @return the endpoints in the order of their ids, immutable
	 */
	public List<Endpoint> endpoints() {
		return this.table.endpoints();
	}

	/**
	 * Tells for a sample call why it could go to each instance, or could not. Picks one,
	 * which moves the position of an algorithm that has one. Not for hot paths.
	 * @param lane the name of the lane
	 * @param request what is known of the call
	 * @return the explanation
	 */
	public Explanation explain(String lane, PickRequest request) {
		return explain(lane, request, null);
	}

	/**
	 * The same where something else than this balancer keeps calls from instances.
	 * @param lane the name of the lane
	 * @param request what is known of the call
	 * @param closed who gets no calls although this balancer may pick them, such as those
	 * whose circuit breakers are open; {@code null} if there is nobody
	 * @return the explanation
	 */
	public Explanation explain(String lane, PickRequest request, @Nullable Predicate<? super Endpoint> closed) {
		LaneTable table;
		LaneFilters filters;
		synchronized (this) {
			table = this.table;
			filters = filters();
		}
		@Nullable Endpoint picked = (closed != null) ? pick(lane, request, closed) : pick(lane, request);
		return Explanation.of(this.service, lane, table, filters, this.clock.last(), picked, closed);
	}

	/**
	 * Tells in one sentence why {@link #pick} has nothing to pick, for error messages.
	 * Not for hot paths; never holds the name of the lane, which may come from outside.
	 * @return the reason as far as it can be told from the instances known now
	 */
	public String whyNone() {
		List<Endpoint> endpoints = this.table.endpoints();
		if (endpoints.isEmpty()) {
			return "Service '" + this.service + "' has no instances";
		}
		if (endpoints.stream().noneMatch(LaneFilters::isUsable)) {
			return "Service '" + this.service + "' has no instance that takes calls, but "
					+ count(endpoints, LaneFilters::obstacle);
		}
		return "Service '" + this.service + "' has no instance that takes calls in the lane asked for, nor where that"
				+ " lane falls back to; instances by lane: " + count(endpoints,
						(endpoint) -> (endpoint.instance().lane() + " " + LaneFilters.obstacle(endpoint)).strip());
	}

	private static String count(List<Endpoint> endpoints, Function<Endpoint, String> by) {
		return endpoints.stream()
			.collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()))
			.entrySet()
			.stream()
			.map((entry) -> entry.getValue() + " " + entry.getKey())
			.collect(Collectors.joining(", "));
	}

	/** On the thread of a call: leaves the work to the executor. */
	private void refreshSoon() {
		if (this.refreshing.compareAndSet(false, true)) {
			try {
				this.executor.execute(this::refresh);
			}
			catch (RejectedExecutionException | OutOfMemoryError ex) {
				// No thread is no reason to fail a call: picks avoid what they must
				// anyway.
				this.refreshing.set(false);
				logger.debug("The groups of service {} are not computed anew: {}", this.service, ex.getMessage());
			}
		}
	}

	private void refresh() {
		this.refreshing.set(false);
		try {
			synchronized (this) {
				if (isStale()) {
					rebuild(this.table.endpoints());
				}
			}
		}
		catch (RuntimeException ex) {
			logger.warn("The groups of service {} could not be computed anew", this.service, ex);
		}
		this.log.deliver();
	}

	private boolean isStale() {
		return this.table.revision() != this.detector.revision();
	}

	private void rebuild(List<Endpoint> endpoints) {
		LaneTable before = this.table;
		LaneTable after = tables().build(endpoints, this.detector.revision(), before);
		// Not sooner: an algorithm that throws leaves all as it is.
		this.detector.members(endpoints);
		this.table = after;
		after.tellPanic(this.service, before, this.log);
	}

	private LaneTable.Builder tables() {
		return new LaneTable.Builder(this.policy, filters(), this.pickers);
	}

	private LaneFilters filters() {
		return new LaneFilters(this.pickers.zone(), new Subset(this.client, this.settings.subsetSize()), this.settings);
	}

	@Override
	public String toString() {
		return this.service + this.table.endpoints();
	}

}
