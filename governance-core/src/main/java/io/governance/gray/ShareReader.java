package io.governance.gray;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.governance.internal.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * Reads shares out of rules, and what they are shares of.
 */
final class ShareReader {

	/** No leading zero: in YAML that is another number. */
	private static final Pattern PERCENTAGE = Pattern.compile("(-?)(0|[1-9][0-9]{0,8})(?:\\.([0-9]+))?");

	private ShareReader() {
	}

	static PercentageStrategy percentage(RulesNode definition) {
		return percentage(definition, null, Subject.USER);
	}

	/** A share with a salt, of what it is a share of unless it says something else. */
	static PercentageStrategy percentage(RulesNode definition, @Nullable String defaultSalt, Subject defaultSubject) {
		if (!definition.isMap()) {
			return new PercentageStrategy(Share.of(basisPoints(definition)), defaultSubject, ShareHash.FNV1A,
					defaultSalt);
		}
		Map<String, RulesNode> entries = definition.entries("value", "steps", "salt", "of", "hash");
		RulesNode value = entries.get("value");
		RulesNode steps = entries.get("steps");
		RulesNode salt = entries.get("salt");
		RulesNode of = entries.get("of");
		return new PercentageStrategy(share(definition, value, steps), (of != null) ? subject(of) : defaultSubject,
				hash(entries.get("hash")), (salt != null) ? salt.text() : defaultSalt);
	}

	/** Of instances, whose config is chosen when it changes and not when time passes. */
	static PercentageStrategy percentageOfInstances(RulesNode definition) {
		if (definition.isMap()) {
			Map<String, RulesNode> entries = definition.entries("value", "steps", "salt", "of", "hash");
			RulesNode steps = entries.get("steps");
			if (steps != null) {
				throw steps.invalidKey("cannot be used for config, which does not change with time: write {value: 10}");
			}
			RulesNode of = entries.get("of");
			if (of != null) {
				throw of.invalidKey("cannot be used for config, where the share is always one of instances: remove it");
			}
		}
		return percentage(definition);
	}

	private static Share share(RulesNode definition, @Nullable RulesNode value, @Nullable RulesNode steps) {
		if (steps == null) {
			if (value == null) {
				throw definition.invalid("has no 'value': write {value: 10, salt: a-word}, or the number alone");
			}
			return Share.of(basisPoints(value));
		}
		if (value != null) {
			throw steps.invalidKey("cannot stand beside 'value': the steps tell the share");
		}
		return steps(steps);
	}

	static Subject subject(@Nullable RulesNode node) {
		if (node == null) {
			return Subject.USER;
		}
		if (!node.isMap()) {
			return switch (node.text()) {
				case "user" -> Subject.USER;
				case "session" -> Subject.SESSION;
				default -> throw node.invalid("must be user, session, {header: a-name} or {cookie: a-name}");
			};
		}
		Map<String, RulesNode> entries = node.entries("header", "cookie");
		RulesNode header = entries.get("header");
		RulesNode cookie = entries.get("cookie");
		if (header != null && cookie == null) {
			return Subject.header(header.token());
		}
		if (cookie != null && header == null) {
			return Subject.cookie(cookie.token());
		}
		throw node.invalid("must name either a header or a cookie");
	}

	private static ShareHash hash(@Nullable RulesNode node) {
		if (node == null) {
			return ShareHash.FNV1A;
		}
		return switch (node.text()) {
			case "fnv1a" -> ShareHash.FNV1A;
			case "murmur3" -> ShareHash.MURMUR3;
			default ->
				throw node.invalid("is not known" + Spelling.didYouMean(node.text(), List.of("fnv1a", "murmur3")));
		};
	}

	private static Share steps(RulesNode node) {
		Map<Instant, Integer> steps = new TreeMap<>();
		int before = 0;
		Instant last = Instant.MIN;
		for (RulesNode item : node.items()) {
			Map<String, RulesNode> entries = item.entries("from", "value");
			RulesNode from = entries.get("from");
			RulesNode value = entries.get("value");
			if (from == null || value == null) {
				throw item.invalid("needs a time and a share: write {from: 2026-12-01T08:00:00Z, value: 5}");
			}
			Instant time = from.instant();
			int basisPoints = basisPoints(value);
			if (!time.isAfter(last)) {
				throw from.invalid("is not later than the step before: put the steps in the order of time");
			}
			if (basisPoints < before) {
				throw value.invalid("is lower than the step before, which would move users back");
			}
			steps.put(time, basisPoints);
			before = basisPoints;
			last = time;
		}
		if (steps.isEmpty()) {
			throw node.invalid("is empty: name at least one step");
		}
		return Share.rising(steps, node.clock());
	}

	static int basisPoints(RulesNode node) {
		Matcher matcher = PERCENTAGE.matcher(node.text());
		if (!matcher.matches()) {
			throw node.invalid("must be a number from 0 to 100 with at most two decimals, such as 12.5, and no % sign");
		}
		String decimals = (matcher.group(3) != null) ? matcher.group(3) : "";
		if (decimals.length() > 2) {
			throw node.invalid("has more than two decimals: hundredths of a percent are the smallest share");
		}
		int basisPoints = 100 * Integer.parseInt(matcher.group(2).substring(0, Math.min(4, matcher.group(2).length())))
				+ Integer.parseInt((decimals + "00").substring(0, 2));
		if (basisPoints > PercentageStrategy.ALL || !matcher.group(1).isEmpty()) {
			throw node.invalid("must be from 0 (nobody) to 100 (all users)");
		}
		return basisPoints;
	}

	/** The relative weights of variants. */
	static Map<String, Integer> weights(RulesNode node) {
		Map<String, Integer> weights = new LinkedHashMap<>();
		node.entries().forEach((variant, weight) -> {
			if (!FeatureRule.isName(variant)) {
				throw weight.invalidKey("is not a valid name of a variant: 1 to 100 letters, digits and _ . : -");
			}
			if (!weight.text().matches("0|[1-9][0-9]{0,6}") || Integer.parseInt(weight.text()) > 1_000_000) {
				throw weight.invalid("must be a whole number from 0 to 1000000: weights are relative to each other");
			}
			weights.put(variant, Integer.parseInt(weight.text()));
		});
		if (weights.size() > ExperimentRule.MAX_VARIANTS) {
			throw node.invalid("has " + weights.size() + " variants: no more than " + ExperimentRule.MAX_VARIANTS
					+ " can be told apart");
		}
		if (weights.values().stream().noneMatch((weight) -> weight > 0)) {
			throw node.invalid("needs at least one variant with a weight above 0, such as {A: 1, B: 1}");
		}
		return weights;
	}

}
