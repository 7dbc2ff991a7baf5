package io.governance.boot.gray;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

import org.springframework.util.function.SingletonSupplier;

import io.governance.gray.ExperimentRule;
import io.governance.gray.GrayDecision;
import io.governance.gray.GrayRules;
import io.governance.gray.RequestRule;

/**
 * Times inbound requests by rule and lane, and by variant, so that the new can be
 * compared with the old. Names that come from outside are bounded in number; the timers
 * of rules that are gone are removed. Thread-safe; a request takes no lock.
 */
final class GrayRequestTimers implements GrayRulesListener, InboundRequests {

	/** Stands for no rule. */
	static final String NONE = "none";

	/** Stands for all that have no timers of their own. */
	static final String OTHER = "other";

	/** The most lanes of a rule that have timers of their own. */
	private static final int MAX_LANES = 50;

	private final Supplier<MeterRegistry> registry;

	private final String service;

	private final ConcurrentMap<String, ConcurrentMap<String, Timers>> byRule = new ConcurrentHashMap<>();

	private final ConcurrentMap<String, ConcurrentMap<String, Timers>> byExperiment = new ConcurrentHashMap<>();

	private volatile Set<String> rules = Set.of();

	private volatile Map<String, List<String>> experiments = Map.of();

	/**
	 * Creates the timers.
	 * @param registry gives the registry when the first request has ended
	 * @param service the own name as a service
	 */
	GrayRequestTimers(Supplier<MeterRegistry> registry, String service) {
		this.registry = SingletonSupplier.of(registry);
		this.service = service;
	}

	@Override
	public void onRules(GrayRules rules) {
		this.rules = rules.rules().stream().map(RequestRule::name).collect(Collectors.toUnmodifiableSet());
		this.experiments = rules.rules()
			.stream()
			.filter(ExperimentRule.class::isInstance)
			.map(ExperimentRule.class::cast)
			.collect(Collectors.toUnmodifiableMap(ExperimentRule::name, ExperimentRule::variants));
		this.byRule.forEach((rule, lanes) -> {
			if (!rule.equals(NONE) && !rule.equals(OTHER) && !this.rules.contains(rule)) {
				this.byRule.remove(rule);
				lanes.values().forEach(this::remove);
			}
		});
		this.byExperiment.forEach((experiment, variants) -> variants.forEach((variant, timers) -> {
			if (!this.experiments.getOrDefault(experiment, List.of()).contains(variant)) {
				variants.remove(variant);
				remove(timers);
			}
		}));
	}

	private void remove(Timers timers) {
		timers.all().forEach(this.registry.get()::remove);
	}

	@Override
	public void ended(GrayDecision decision, RequestOutcome outcome, long nanos) {
		lanes(rule(decision), decision.lanes().laneFor(this.service).name()).record(outcome, nanos);
		decision.forEachVariant((experiment, variant) -> {
			if (this.experiments.getOrDefault(experiment, List.of()).contains(variant)) {
				variants(experiment, variant).record(outcome, nanos);
			}
		});
	}

	private String rule(GrayDecision decision) {
		if (decision.rules().isEmpty()) {
			return NONE;
		}
		String rule = decision.rules().get(0);
		return this.rules.contains(rule) ? rule : OTHER;
	}

	private Timers lanes(String rule, String lane) {
		ConcurrentMap<String, Timers> lanes = this.byRule.get(rule);
		if (lanes == null) {
			lanes = this.byRule.computeIfAbsent(rule, (key) -> new ConcurrentHashMap<>());
		}
		Timers timers = lanes.get(lane);
		if (timers == null) {
			String name = (lanes.size() < MAX_LANES) ? lane : OTHER;
			timers = lanes.computeIfAbsent(name,
					(key) -> new Timers("governance.gray.requests",
							"Inbound requests by the gray rule that decided about them and their lane at this service",
							"service", this.service, "rule", rule, "lane", key));
		}
		return timers;
	}

	private Timers variants(String experiment, String variant) {
		ConcurrentMap<String, Timers> variants = this.byExperiment.get(experiment);
		if (variants == null) {
			variants = this.byExperiment.computeIfAbsent(experiment, (key) -> new ConcurrentHashMap<>());
		}
		Timers timers = variants.get(variant);
		return (timers != null) ? timers
				: variants.computeIfAbsent(variant,
						(key) -> new Timers("governance.gray.variant.requests",
								"Inbound requests by the variants of experiments", "service", this.service,
								"experiment", experiment, "variant", key));
	}

	/** A timer for each outcome, made when it is first needed. */
	private final class Timers {

		private final String name;

		private final String description;

		private final String[] tags;

		private final AtomicReferenceArray<@Nullable Timer> timers = new AtomicReferenceArray<>(
				RequestOutcome.values().length);

		Timers(String name, String description, String... tags) {
			this.name = name;
			this.description = description;
			this.tags = tags;
		}

		void record(RequestOutcome outcome, long nanos) {
			Timer timer = this.timers.get(outcome.ordinal());
			if (timer == null) {
				timer = Timer.builder(this.name)
					.description(this.description)
					.tags(this.tags)
					.tag("outcome", outcome.tag())
					.register(GrayRequestTimers.this.registry.get());
				this.timers.set(outcome.ordinal(), timer);
			}
			timer.record(nanos, TimeUnit.NANOSECONDS);
		}

		List<Timer> all() {
			List<Timer> all = new ArrayList<>();
			for (int i = 0; i < this.timers.length(); i++) {
				Timer timer = this.timers.get(i);
				if (timer != null) {
					all.add(timer);
				}
			}
			return all;
		}

	}

}
