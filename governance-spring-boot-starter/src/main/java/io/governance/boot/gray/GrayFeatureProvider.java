package io.governance.boot.gray;

import java.util.Map;
import java.util.TreeMap;

import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.EventProvider;
import dev.openfeature.sdk.ImmutableMetadata;
import dev.openfeature.sdk.Metadata;
import dev.openfeature.sdk.ProviderEvaluation;
import dev.openfeature.sdk.ProviderEventDetails;
import dev.openfeature.sdk.Reason;
import dev.openfeature.sdk.Value;
import org.jspecify.annotations.Nullable;

import io.governance.gray.Features;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;

/**
 * Gray rules as flags of OpenFeature: a feature is a boolean, the variant of an
 * experiment a string. Without an evaluation context it is about the request that the
 * calling thread works for; with one, its targeting key is the user, and its other
 * attributes are the headers. Thread-safe.
 */
public final class GrayFeatureProvider extends EventProvider implements GrayRulesListener {

	/** The provider's name. */
	public static final String NAME = "governance";

	private static final ImmutableMetadata FEATURE = ImmutableMetadata.builder().addString("kind", "feature").build();

	private static final ImmutableMetadata EXPERIMENT = ImmutableMetadata.builder()
		.addString("kind", "experiment")
		.build();

	private final Features features;

	/**
	 * Creates a provider.
	 * @param features answers
	 */
	public GrayFeatureProvider(Features features) {
		this.features = features;
	}

	@Override
	public Metadata getMetadata() {
		return () -> NAME;
	}

	@Override
	public void onRules(GrayRules rules) {
		emitProviderConfigurationChanged(ProviderEventDetails.builder().build());
	}

	@Override
	public ProviderEvaluation<Boolean> getBooleanEvaluation(String key, Boolean otherwise,
			@Nullable EvaluationContext context) {
		if (!this.features.features().contains(key)) {
			return unknown(key, otherwise, "a string");
		}
		GrayContext request = request(context);
		boolean on = (request != null) ? this.features.isOn(key, request) : this.features.isOn(key);
		return ProviderEvaluation.<Boolean>builder()
			.value(on)
			.variant(on ? "on" : "off")
			.reason((on ? Reason.TARGETING_MATCH : Reason.DEFAULT).name())
			.flagMetadata(FEATURE)
			.build();
	}

	@Override
	public ProviderEvaluation<String> getStringEvaluation(String key, String otherwise,
			@Nullable EvaluationContext context) {
		if (!this.features.experiments().contains(key)) {
			return unknown(key, otherwise, "a boolean");
		}
		GrayContext request = request(context);
		String variant = (request != null) ? this.features.variant(key, request) : this.features.variant(key);
		if (variant == null) {
			return ProviderEvaluation.<String>builder()
				.value(otherwise)
				.reason(Reason.DEFAULT.name())
				.flagMetadata(EXPERIMENT)
				.build();
		}
		return ProviderEvaluation.<String>builder()
			.value(variant)
			.variant(variant)
			.reason(Reason.SPLIT.name())
			.flagMetadata(EXPERIMENT)
			.build();
	}

	@Override
	public ProviderEvaluation<Integer> getIntegerEvaluation(String key, Integer otherwise,
			@Nullable EvaluationContext context) {
		return unknown(key, otherwise, "a boolean or a string");
	}

	@Override
	public ProviderEvaluation<Double> getDoubleEvaluation(String key, Double otherwise,
			@Nullable EvaluationContext context) {
		return unknown(key, otherwise, "a boolean or a string");
	}

	/** The variant of an experiment, or whether a feature is on, as a value. */
	@Override
	public ProviderEvaluation<Value> getObjectEvaluation(String key, Value otherwise,
			@Nullable EvaluationContext context) {
		if (this.features.features().contains(key)) {
			ProviderEvaluation<Boolean> found = getBooleanEvaluation(key, false, context);
			return object(found, new Value(found.getValue()));
		}
		if (this.features.experiments().contains(key)) {
			ProviderEvaluation<String> found = getStringEvaluation(key, "", context);
			return object(found, (found.getVariant() != null) ? new Value(found.getValue()) : otherwise);
		}
		return unknown(key, otherwise, "");
	}

	private static ProviderEvaluation<Value> object(ProviderEvaluation<?> found, Value value) {
		return ProviderEvaluation.<Value>builder()
			.value(value)
			.variant(found.getVariant())
			.reason(found.getReason())
			.flagMetadata(found.getFlagMetadata())
			.build();
	}

	private <T> ProviderEvaluation<T> unknown(String key, T otherwise, String kind) {
		boolean known = this.features.features().contains(key) || this.features.experiments().contains(key);
		return ProviderEvaluation.<T>builder()
			.value(otherwise)
			.reason(Reason.ERROR.name())
			.errorCode(known ? ErrorCode.TYPE_MISMATCH : ErrorCode.FLAG_NOT_FOUND)
			.errorMessage(known ? "the gray rules make it " + kind : "no gray rule knows it")
			.build();
	}

	private static @Nullable GrayContext request(@Nullable EvaluationContext context) {
		if (context == null || context.isEmpty()) {
			return null;
		}
		Map<String, String> headers = new TreeMap<>();
		context.asObjectMap().forEach((name, value) -> {
			if (value != null && !name.equals(EvaluationContext.TARGETING_KEY)) {
				headers.put(name, value.toString());
			}
		});
		return GrayContext.of(context.getTargetingKey(), headers);
	}

}
