package io.governance.gray;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

import org.jspecify.annotations.Nullable;

/**
 * The features and experiments of one set of rules. Immutable.
 */
final class Toggles {

	/** The most features, and the most experiments. */
	static final int MAX = 64;

	private static final @Nullable String[] NO_SUBJECTS = {};

	private final Map<String, Integer> features = new LinkedHashMap<>();

	private final ActiveRule[] featureRules;

	/** The feature of each rule. */
	private final int[] featureOf;

	private final Map<String, Integer> experiments = new LinkedHashMap<>();

	private final ExperimentRule[] experimentRules;

	private final ActiveRule[] active;

	/**
	 * Creates the toggles.
	 * @param features the rules of features that are in force
	 * @param experiments the experiments that are in force
	 * @param activate makes rules ready to be asked
	 * @throws IllegalArgumentException if there are too many
	 */
	Toggles(List<FeatureRule> features, List<ExperimentRule> experiments, ActiveRule.Factory activate) {
		this.featureRules = features.stream().map(activate::create).toArray(ActiveRule[]::new);
		this.featureOf = new int[features.size()];
		for (int i = 0; i < this.featureOf.length; i++) {
			this.featureOf[i] = this.features.computeIfAbsent(features.get(i).feature(),
					(name) -> this.features.size());
		}
		this.experimentRules = experiments.toArray(ExperimentRule[]::new);
		this.active = experiments.stream().map(activate::create).toArray(ActiveRule[]::new);
		experiments.forEach((rule) -> this.experiments.put(rule.name(), this.experiments.size()));
		if (this.features.size() > MAX || this.experimentRules.length > MAX) {
			throw new IllegalArgumentException("More than " + MAX + " features or experiments");
		}
	}

	/** The features that are on for a request, as a bit set. */
	long features(GrayContext context) {
		long on = 0;
		for (int i = 0; i < this.featureRules.length; i++) {
			long bit = 1L << this.featureOf[i];
			if ((on & bit) == 0 && this.featureRules[i].matches(context)) {
				on |= bit;
			}
		}
		return on;
	}

	/** The variant of each experiment, counted from 1; 0 for none. */
	byte[] variants(GrayContext context) {
		byte[] variants = new byte[this.experimentRules.length];
		for (int i = 0; i < variants.length; i++) {
			int variant = this.active[i].isExpired() ? -1 : this.experimentRules[i].index(context);
			if (variant >= 0) {
				this.active[i].count();
				variants[i] = (byte) (variant + 1);
			}
		}
		return variants;
	}

	boolean isOn(String feature, long on) {
		Integer index = this.features.get(feature);
		return index != null && (on >>> index & 1) != 0;
	}

	@Nullable String variant(String experiment, byte[] variants) {
		Integer index = this.experiments.get(experiment);
		if (index == null || variants[index] == 0) {
			return null;
		}
		return this.experimentRules[index].variants().get(variants[index] - 1);
	}

	/** The functions that are on. */
	List<String> on(long on) {
		return this.features.keySet().stream().filter((feature) -> isOn(feature, on)).toList();
	}

	void forEachVariant(byte[] variants, BiConsumer<String, String> consumer) {
		for (int i = 0; i < variants.length; i++) {
			if (variants[i] != 0) {
				ExperimentRule rule = this.experimentRules[i];
				consumer.accept(rule.name(), rule.variants().get(variants[i] - 1));
			}
		}
	}

	/** The place of an experiment in a bit set; 0 for one that is not known. */
	long bit(String experiment) {
		Integer index = this.experiments.get(experiment);
		return (index != null) ? 1L << index : 0;
	}

	/** By what each experiment tells who takes part, where there is a variant. */
	@Nullable String[] subjects(GrayContext context, byte[] variants) {
		if (variants.length == 0) {
			return NO_SUBJECTS;
		}
		@Nullable String[] subjects = new @Nullable String[variants.length];
		for (int i = 0; i < variants.length; i++) {
			if (variants[i] != 0) {
				subjects[i] = this.experimentRules[i].subject(context);
			}
		}
		return subjects;
	}

	@Nullable String subject(String experiment, @Nullable String[] subjects) {
		Integer index = this.experiments.get(experiment);
		return (index != null) ? subjects[index] : null;
	}

	String describe(long on, byte[] variants) {
		Map<String, String> chosen = new TreeMap<>();
		forEachVariant(variants, chosen::put);
		return on(on) + " " + chosen;
	}

}
