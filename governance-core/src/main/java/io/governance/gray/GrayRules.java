package io.governance.gray;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Gray rules, compiled. Immutable and thread-safe, but for what they count.
 * <p>
 * For each service the first rule, by priority and then in the order of the document,
 * that is for the service or for all and whose condition is met gives the lane; if there
 * is none it is the stable one. What a rule says to do otherwise holds for its service
 * and lane, whoever came into the lane, and here too the first rule counts. A function is
 * on if one of its rules matches.
 */
public final class GrayRules {

	private static final Comparator<RequestRule> PRIORITY = Comparator
		.comparingInt((RequestRule rule) -> rule.terms().priority())
		.reversed();

	/** No rules: everything is stable. */
	public static final GrayRules NONE = new GrayRules(List.of(), List.of(), Map.of(), null);

	/** The most rules about requests, and the most about config. */
	public static final int MAX_RULES = LaneRules.MAX;

	private final List<RequestRule> written;

	private final List<ConfigRule> configRules;

	/** When the rules about requests end, by their names. */
	private final Map<String, RuleEnd> ends;

	/** Those that are in force, in the order in which they count. */
	private final List<GrayRule> inForce;

	/** Those that are in force, ready to be asked; none if there are none. */
	private final @Nullable LaneRules lanes;

	private final @Nullable Toggles toggles;

	/** When those that are in force end. */
	private final RuleEnd[] laneEnds;

	/** Those that only count who would be sent to a lane. */
	private final ActiveRule[] laneObservers;

	/** Those of features and experiments that only count who matches. */
	private final ActiveRule[] toggleObservers;

	private GrayRules(List<RequestRule> rules, List<ConfigRule> configRules, Map<String, RuleEnd> ends,
			@Nullable GrayCounters counters) {
		this.written = List.copyOf(rules);
		this.configRules = List.copyOf(configRules);
		this.ends = ends;
		ActiveRule.Factory activate = new ActiveRule.Factory(ends, counters);
		this.inForce = inForce(GrayRule.class);
		this.laneEnds = new RuleEnd[this.inForce.size()];
		for (int i = 0; i < this.laneEnds.length; i++) {
			this.laneEnds[i] = end(this.inForce.get(i));
		}
		this.lanes = this.inForce.isEmpty() ? null : new LaneRules(this.inForce, activate);
		List<FeatureRule> features = inForce(FeatureRule.class);
		List<ExperimentRule> experiments = inForce(ExperimentRule.class);
		this.toggles = (features.isEmpty() && experiments.isEmpty()) ? null
				: new Toggles(features, experiments, activate);
		this.laneObservers = observers(activate, true);
		this.toggleObservers = observers(activate, false);
	}

	private ActiveRule[] observers(ActiveRule.Factory activate, boolean ofLanes) {
		List<ActiveRule> observers = new ArrayList<>();
		for (RequestRule rule : this.written) {
			if (rule.terms().enabled() && rule.terms().observe() && rule instanceof GrayRule == ofLanes) {
				observers.add(activate.create(rule));
			}
		}
		return observers.toArray(new ActiveRule[0]);
	}

	private RuleEnd end(RequestRule rule) {
		return Objects.requireNonNull(this.ends.get(rule.name()));
	}

	private <T extends RequestRule> List<T> inForce(Class<T> kind) {
		List<T> rules = new ArrayList<>();
		for (RequestRule rule : this.written) {
			if (kind.isInstance(rule) && rule.terms().enabled() && !rule.terms().observe()) {
				rules.add(kind.cast(rule));
			}
		}
		rules.sort(PRIORITY);
		return List.copyOf(rules);
	}

	/**
	 * Compiles rules.
	 * @param rules the rules about requests, in the order of the document
	 * @return the compiled rules
	 * @throws IllegalArgumentException if there are more than {@value #MAX_RULES}, if two
	 * have the same name, or if the lanes of all their services do not fit into a header
	 */
	public static GrayRules of(List<? extends RequestRule> rules) {
		return of(rules, List.of(), InstantSource.system());
	}

	/**
	 * Compiles rules about requests, and about the config of instances.
	 * @param rules the rules about requests, in the order of the document
	 * @param configRules the rules about config, the first one first
	 * @param clock tells when rules end
	 * @return the compiled rules
	 * @throws IllegalArgumentException if there are more than {@value #MAX_RULES} of one
	 * kind, if two have the same name, or if the lanes of all their services do not fit
	 * into a header
	 */
	public static GrayRules of(List<? extends RequestRule> rules, List<ConfigRule> configRules, InstantSource clock) {
		if (rules.size() > MAX_RULES || configRules.size() > MAX_RULES) {
			throw new IllegalArgumentException(
					Math.max(rules.size(), configRules.size()) + " gray rules are more than " + MAX_RULES);
		}
		Set<String> names = new HashSet<>();
		rules.forEach((rule) -> checkName(rule.name(), names));
		configRules.forEach((rule) -> checkName(rule.name(), names));
		LaneRules.checkHeader(rules.stream().filter(GrayRule.class::isInstance).map(GrayRule.class::cast).toList());
		if (rules.isEmpty() && configRules.isEmpty()) {
			return NONE;
		}
		Map<String, RuleEnd> ends = rules.stream()
			.collect(Collectors.toMap(RequestRule::name, (rule) -> new RuleEnd(rule.terms().expires(), clock)));
		return new GrayRules(List.copyOf(rules), configRules, Map.copyOf(ends), null);
	}

	private static void checkName(String name, Set<String> names) {
		if (!names.add(name)) {
			throw new IllegalArgumentException("Two gray rules have the name '" + name + "'");
		}
	}

	/**
	 * The same rules, which count who matches.
	 * @param counters takes the counts, and forgets those of other rules
	 * @return the rules
	 */
	public GrayRules countedBy(GrayCounters counters) {
		counters.retain(this.written.stream().map(RequestRule::name).toList());
		return new GrayRules(this.written, this.configRules, this.ends, counters);
	}

	/**
	 * Whether these rules decide about lanes. Allocates nothing.
	 * @return {@code true} if a rule that gives a lane is in force and has not ended
	 */
	public boolean decidesLanes() {
		for (RuleEnd end : this.laneEnds) {
			if (!end.isReached()) {
				return true;
			}
		}
		return false;
	}

	/**
	 * How many of the rules that give lanes have ended. As long as the number stays, so
	 * does what {@link #otherwise} says. Allocates nothing.
	 * @return the number, which never falls
	 */
	public int ended() {
		int ended = 0;
		for (RuleEnd end : this.laneEnds) {
			ended += end.isReached() ? 1 : 0;
		}
		return ended;
	}

	/**
	 * The rules about requests.
	 * @return the rules as they were written, in their order, immutable
	 */
	public List<RequestRule> rules() {
		return this.written;
	}

	/**
	 * The rules about config.
	 * @return the rules in their order, immutable
	 */
	public List<ConfigRule> configRules() {
		return this.configRules;
	}

	/**
	 * How many rules there are.
	 * @return the number of rules of all kinds
	 */
	public int size() {
		return this.written.size() + this.configRules.size();
	}

	/**
	 * The variants that an instance of an application gets.
	 * @param application the application
	 * @param instance the instance
	 * @return the variants, the one that comes before the others first; each once
	 */
	public List<String> variants(String application, InstanceContext instance) {
		return this.configRules.stream()
			.filter((rule) -> rule.covers(application) && rule.strategy().matches(instance))
			.map(ConfigRule::variant)
			.distinct()
			.toList();
	}

	/**
	 * The lanes that requests may take at a service by these rules.
	 * @param service the service's name
	 * @return the lanes but for the stable one
	 */
	public Set<Lane> lanes(String service) {
		return this.inForce.stream()
			.filter((rule) -> rule.covers(service) && !rule.lane().equals(Lane.STABLE))
			.map(GrayRule::lane)
			.collect(Collectors.toUnmodifiableSet());
	}

	/**
	 * Decides about a request: all that these rules say of it, at one moment. Takes no
	 * lock. Allocates nothing once rules have matched in the same combination before, for
	 * the combinations seen most recently, and without features and experiments; with
	 * those, a few small objects.
	 * @param context what is known of the request
	 * @return the decision
	 */
	public GrayDecision decide(GrayContext context) {
		LaneRules lanes = this.lanes;
		GrayDecision decision = (lanes != null) ? lanes.decide(context) : GrayDecision.STABLE;
		for (ActiveRule observer : this.laneObservers) {
			observer.matches(context);
		}
		return withToggles(context, decision);
	}

	/**
	 * Decides about a request whose lanes were decided elsewhere: no rule about lanes is
	 * asked, or counts.
	 * @param context what is known of the request
	 * @param lanes its lanes
	 * @return the decision
	 */
	public GrayDecision decide(GrayContext context, LaneContext lanes) {
		return withToggles(context, lanes.alone());
	}

	private GrayDecision withToggles(GrayContext context, GrayDecision decision) {
		for (ActiveRule observer : this.toggleObservers) {
			observer.matches(context);
		}
		Toggles toggles = this.toggles;
		if (toggles == null) {
			return decision;
		}
		byte[] variants = toggles.variants(context);
		return new GrayDecision(decision.lanes(), decision.rules(), toggles, toggles.features(context), variants,
				toggles.subjects(context, variants));
	}

	/**
	 * Tells for a sample request what each rule makes of it, and why. Counts nothing. Not
	 * for hot paths.
	 * @param context what is known of the request
	 * @return the explanation
	 */
	public GrayExplanation explain(GrayContext context) {
		GrayRules uncounted = new GrayRules(this.written, this.configRules, this.ends, null);
		GrayDecision decision = uncounted.decide(context);
		Set<String> decided = new HashSet<>(decision.rules());
		List<GrayExplanation.Verdict> verdicts = new ArrayList<>();
		this.written.stream()
			.sorted(PRIORITY)
			.forEach((rule) -> verdicts.add(GrayExplanation.Verdict.of(rule, context, end(rule).isReached(), decided)));
		return new GrayExplanation(decision, verdicts);
	}

	/**
	 * What the rules say about the lanes of a service in which no instance takes calls.
	 * @param service the service's name
	 * @return what to do by lane, for the lanes that rules which have not ended name for
	 * this service
	 */
	public Map<Lane, Otherwise> otherwise(String service) {
		Map<Lane, Otherwise> otherwise = new LinkedHashMap<>();
		for (GrayRule rule : this.inForce) {
			if (rule.covers(service) && !end(rule).isReached()) {
				otherwise.putIfAbsent(rule.lane(), rule.otherwise());
			}
		}
		return Map.copyOf(otherwise);
	}

	@Override
	public String toString() {
		List<String> names = new ArrayList<>();
		this.written.forEach((rule) -> names.add(rule.name()));
		this.configRules.forEach((rule) -> names.add(rule.name()));
		return "GrayRules" + names;
	}

}
