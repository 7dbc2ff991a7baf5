package io.governance.boot.gray;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.SmartInitializingSingleton;

import io.governance.GovernanceException;
import io.governance.gray.ExperimentRule;
import io.governance.gray.FeatureRule;
import io.governance.gray.GrayCounters;
import io.governance.gray.GrayRules;
import io.governance.gray.RequestRule;

/**
 * How it stands with the gray rules, and how many requests match each, as metrics. Those
 * of rules that are gone are removed. Thread-safe.
 */
final class GrayMetrics implements GrayRulesListener, SmartInitializingSingleton {

	private final Supplier<MeterRegistry> source;

	private final Supplier<GrayRulesKeeper> keeper;

	private final Map<String, Matches> matches = new HashMap<>();

	private @Nullable MeterRegistry registry;

	private @Nullable Counter applied;

	private @Nullable Counter rejected;

	/**
	 * Creates the metrics.
	 * @param registry gives the registry as soon as all beans are there
	 * @param keeper gives the rules
	 */
	GrayMetrics(Supplier<MeterRegistry> registry, Supplier<GrayRulesKeeper> keeper) {
		this.source = registry;
		this.keeper = keeper;
	}

	@Override
	public synchronized void afterSingletonsInstantiated() {
		MeterRegistry registry = this.source.get();
		GrayRulesKeeper keeper = this.keeper.get();
		this.registry = registry;
		this.applied = changes(registry, "applied");
		this.rejected = changes(registry, "rejected");
		Gauge.builder("governance.gray.rules", keeper, (rules) -> rules.status().rules())
			.description("Gray rules in force")
			.register(registry);
		Gauge.builder("governance.gray.rejected", keeper, (rules) -> (rules.status().rejection() != null) ? 1 : 0)
			.description("Whether the stored gray rules are refused and older ones in force: 1 or 0")
			.register(registry);
		Gauge.builder("governance.gray.connected", keeper, (rules) -> rules.status().connected() ? 1 : 0)
			.description("Whether the backend of the gray rules can be reached: 1 or 0")
			.register(registry);
		follow(keeper.rules(), keeper.counters(), registry);
	}

	private static Counter changes(MeterRegistry registry, String result) {
		return Counter.builder("governance.gray.changes")
			.tag("result", result)
			.description("Changes of the gray rules, and what became of them")
			.register(registry);
	}

	@Override
	public synchronized void onRules(GrayRules rules) {
		if (this.registry != null) {
			follow(rules, this.keeper.get().counters(), this.registry);
		}
	}

	@Override
	public synchronized void onChange(GrayRulesChange change) {
		if (this.applied != null) {
			this.applied.increment();
		}
	}

	@Override
	public synchronized void onRejected(GovernanceException reason) {
		if (this.rejected != null) {
			this.rejected.increment();
		}
	}

	private void follow(GrayRules rules, GrayCounters counters, MeterRegistry registry) {
		Set<String> gone = new HashSet<>(this.matches.keySet());
		for (RequestRule rule : rules.rules()) {
			String effect = effect(rule);
			Matches known = this.matches.get(rule.name());
			if (known != null && known.effect().equals(effect)) {
				gone.remove(rule.name());
			}
		}
		gone.forEach((name) -> {
			Matches removed = this.matches.remove(name);
			if (removed != null) {
				registry.remove(removed.meter());
			}
		});
		for (RequestRule rule : rules.rules()) {
			this.matches.computeIfAbsent(rule.name(), (name) -> matches(rule, counters, registry));
		}
	}

	/** Counts from now on, since it may have counted with another effect before. */
	private static Matches matches(RequestRule rule, GrayCounters counters, MeterRegistry registry) {
		String name = rule.name();
		long before = counters.matched(name);
		Meter meter = FunctionCounter
			.builder("governance.gray.matches", counters, (counts) -> Math.max(0, counts.matched(name) - before))
			.tags("rule", name, "effect", effect(rule))
			.description("Requests that matched a gray rule, by what the rule does with them")
			.register(registry);
		return new Matches(effect(rule), meter);
	}

	private static String effect(RequestRule rule) {
		if (rule.terms().observe()) {
			return "observe";
		}
		return (rule instanceof FeatureRule) ? "feature" : (rule instanceof ExperimentRule) ? "experiment" : "route";
	}

	private record Matches(String effect, Meter meter) {
	}

}
