package io.governance.gray;

import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What code asks for features and variants. Thread-safe; asking about the current request
 * takes no lock.
 */
public final class Features {

	/** How many unknown names are told. */
	private static final int MAX_TOLD = 100;

	private static final Logger logger = LoggerFactory.getLogger(Features.class);

	private final Supplier<GrayRules> rules;

	private final ExposureListener exposures;

	private final InstantSource clock;

	private final Set<String> told = ConcurrentHashMap.newKeySet();

	private volatile Names names = new Names(GrayRules.NONE, Set.of(), Set.of());

	/**
	 * Creates features.
	 * @param rules the rules in force
	 * @param exposures told which variants were shown, by the thread that asks; must be
	 * quick and not throw
	 * @param clock tells when
	 */
	public Features(Supplier<GrayRules> rules, ExposureListener exposures, InstantSource clock) {
		this.rules = rules;
		this.exposures = exposures;
		this.clock = clock;
	}

	/**
	 * Whether a function is switched on for the request that the calling thread works
	 * for.
	 * @param feature the function's name
	 * @return {@code true} if a rule switches it on; {@code false} if none does, if no
	 * rule knows it (which is logged once), or outside of requests
	 */
	public boolean isOn(String feature) {
		boolean on = GrayDecision.current().isOn(feature);
		if (!on) {
			check(feature, names().features(), "feature");
		}
		return on;
	}

	/**
	 * Whether a function is switched on for a request. Decides anew: counts as one more
	 * request that matched.
	 * @param feature the function's name
	 * @param context what is known of the request
	 * @return {@code true} if a rule switches it on
	 */
	public boolean isOn(String feature, GrayContext context) {
		check(feature, names().features(), "feature");
		return this.rules.get().decide(context).isOn(feature);
	}

	/**
	 * The variant of an experiment for the request that the calling thread works for. The
	 * first time in a request that it is asked for counts as shown.
	 * @param experiment the experiment's name
	 * @return the variant; {@code null} for who takes no part, if no rule knows the
	 * experiment (which is logged once), or outside of requests
	 */
	public @Nullable String variant(String experiment) {
		GrayDecision decision = GrayDecision.current();
		String variant = decision.variant(experiment);
		if (variant == null) {
			check(experiment, names().experiments(), "experiment");
		}
		else if (decision.isFirstAsked(experiment)) {
			shown(experiment, variant, decision);
		}
		return variant;
	}

	/**
	 * The variant of an experiment for a request. Decides anew, and each time counts as
	 * shown.
	 * @param experiment the experiment's name
	 * @param context what is known of the request
	 * @return the variant, or {@code null} for none
	 */
	public @Nullable String variant(String experiment, GrayContext context) {
		check(experiment, names().experiments(), "experiment");
		GrayDecision decision = this.rules.get().decide(context);
		String variant = decision.variant(experiment);
		if (variant != null) {
			shown(experiment, variant, decision);
		}
		return variant;
	}

	private void shown(String experiment, String variant, GrayDecision decision) {
		this.exposures
			.onExposure(new Exposure(experiment, variant, decision.subject(experiment), this.clock.instant()));
	}

	/**
	 * The functions that rules know.
	 * @return their names, also of rules that are not in force
	 */
	public Set<String> features() {
		return names().features();
	}

	/**
	 * The experiments that rules know.
	 * @return their names, also of those that are not in force
	 */
	public Set<String> experiments() {
		return names().experiments();
	}

	private void check(String name, Set<String> known, String kind) {
		if (!known.contains(name) && this.told.size() < MAX_TOLD && this.told.add(kind + " " + name)) {
			logger.warn("No gray rule knows the {} '{}': it is off for everybody (told once)", kind,
					(name.length() > 100) ? name.substring(0, 100) + "..." : name);
		}
	}

	private Names names() {
		GrayRules now = this.rules.get();
		Names names = this.names;
		if (names.of() != now) {
			names = Names.of(now);
			this.names = names;
		}
		return names;
	}

	/** What the rules of one moment know. */
	private record Names(GrayRules of, Set<String> features, Set<String> experiments) {

		static Names of(GrayRules rules) {
			return new Names(rules,
					rules.rules()
						.stream()
						.filter(FeatureRule.class::isInstance)
						.map((rule) -> ((FeatureRule) rule).feature())
						.collect(Collectors.toUnmodifiableSet()),
					rules.rules()
						.stream()
						.filter(ExperimentRule.class::isInstance)
						.map(RequestRule::name)
						.collect(Collectors.toUnmodifiableSet()));
		}

	}

}
