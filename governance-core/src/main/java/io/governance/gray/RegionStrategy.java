package io.governance.gray;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Requests of certain regions, as a header, a claim or the caller's address tells.
 */
final class RegionStrategy implements GrayStrategy, RequiredText.TextBound {

	private static final String HEADER = "X-Region";

	private final Set<String> regions;

	private final String source;

	private final Function<GrayContext, @Nullable String> region;

	private final @Nullable RequiredText required;

	private RegionStrategy(Set<String> regions, String source, Function<GrayContext, @Nullable String> region,
			@Nullable RequiredText required) {
		this.regions = Set.copyOf(regions);
		this.source = source;
		this.region = region;
		this.required = required;
	}

	static RegionStrategy read(RulesNode definition) {
		if (!definition.isMap()) {
			return ofText(definition.someTexts(), TextSource.header(HEADER));
		}
		Map<String, RulesNode> entries = definition.entries("in", "header", "claim", "addresses");
		Set<String> regions = RuleReader
			.required(entries, "in", definition, "list the regions, such as {in: [cn-east], header: X-Region}")
			.someTexts();
		if (entries.size() > 2) {
			throw definition.invalid("tells the region in more than one way: keep one of header, claim and addresses");
		}
		RulesNode claim = entries.get("claim");
		if (claim != null) {
			return ofText(regions, TextSource.claim(claim.text()));
		}
		RulesNode addresses = entries.get("addresses");
		if (addresses != null) {
			RegionTable table = addresses.regions();
			return new RegionStrategy(regions, addresses.text(), (context) -> ofAddress(table, context.address()),
					null);
		}
		RulesNode header = entries.get("header");
		return ofText(regions, TextSource.header((header != null) ? header.token() : HEADER));
	}

	private static RegionStrategy ofText(Set<String> regions, TextSource source) {
		return new RegionStrategy(regions, source.toString(), source::of, RequiredText.of(source, regions));
	}

	private static @Nullable String ofAddress(RegionTable table, @Nullable String address) {
		int region = (address != null) ? table.region(address) : -1;
		return (region >= 0) ? table.name(region) : null;
	}

	@Override
	public boolean matches(GrayContext context) {
		String region = this.region.apply(context);
		return region != null && this.regions.contains(region);
	}

	@Override
	public @Nullable RequiredText required() {
		return this.required;
	}

	@Override
	public Condition explain(GrayContext context) {
		String region = this.region.apply(context);
		return Condition.of(this, matches(context), (region == null) ? "no region by " + this.source
				: "region '" + RulesNode.printable(region) + "' by " + this.source);
	}

	@Override
	public String toString() {
		return "region(" + this.regions.size() + " by " + this.source + ")";
	}

}
