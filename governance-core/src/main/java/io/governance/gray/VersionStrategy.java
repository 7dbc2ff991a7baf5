package io.governance.gray;

import java.util.Map;

/**
 * Requests of clients whose version is in a range.
 */
final class VersionStrategy implements GrayStrategy {

	private static final String HEADER = "X-App-Version";

	private final String header;

	private final VersionRange range;

	private final String description;

	private VersionStrategy(String header, RulesNode range) {
		this.header = header;
		try {
			this.range = VersionRange.parse(range.text());
		}
		catch (IllegalArgumentException ex) {
			throw range.invalid("is not a range of versions: write comparisons such as \">=2.1.0 <3 || ^4.2\"", ex);
		}
		this.description = "version(" + range.text() + ")";
	}

	static VersionStrategy read(RulesNode definition) {
		if (!definition.isMap()) {
			return new VersionStrategy(HEADER, definition);
		}
		Map<String, RulesNode> entries = definition.entries("header", "range");
		RulesNode header = entries.get("header");
		return new VersionStrategy((header != null) ? header.token() : HEADER,
				RuleReader.required(entries, "range", definition, "write a range, such as \">=2.1.0 <3 || ^4.2\""));
	}

	@Override
	public boolean matches(GrayContext context) {
		String version = context.header(this.header);
		return version != null && this.range.contains(version);
	}

	@Override
	public Condition explain(GrayContext context) {
		String version = context.header(this.header);
		String reason = (version == null) ? "no header " + this.header : SemanticVersion.isValid(version)
				? "the version is " + version : "the header " + this.header + " is no semantic version";
		return Condition.of(this, matches(context), reason);
	}

	@Override
	public String toString() {
		return this.description;
	}

}
