package io.governance.gray;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Where a text of requests is found. Immutable; asking it allocates nothing.
 */
final class TextSource {

	static final TextSource USER = new TextSource(Kind.USER, "");

	static final TextSource PATH = new TextSource(Kind.PATH, "");

	static final TextSource METHOD = new TextSource(Kind.METHOD, "");

	private final Kind kind;

	private final String name;

	private TextSource(Kind kind, String name) {
		this.kind = kind;
		this.name = name;
	}

	static TextSource header(String name) {
		return new TextSource(Kind.HEADER, name);
	}

	static TextSource cookie(String name) {
		return new TextSource(Kind.COOKIE, name);
	}

	static TextSource query(String name) {
		return new TextSource(Kind.QUERY, name);
	}

	static TextSource claim(String name) {
		return new TextSource(Kind.CLAIM, name);
	}

	/** The text, if a request has it. */
	@Nullable String of(GrayContext context) {
		return switch (this.kind) {
			case USER -> context.userId();
			case HEADER -> context.header(this.name);
			case COOKIE -> context.cookie(this.name);
			case QUERY -> context.query(this.name);
			case CLAIM -> context.claim(this.name);
			case PATH -> context.path();
			case METHOD -> context.method();
		};
	}

	/** Names of headers go by their letters, in whatever case. */
	private String key() {
		return (this.kind == Kind.HEADER) ? this.name.toLowerCase(Locale.ROOT) : this.name;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof TextSource source && source.kind == this.kind && source.key().equals(key());
	}

	@Override
	public int hashCode() {
		return this.kind.hashCode() * 31 + key().hashCode();
	}

	@Override
	public String toString() {
		String kind = this.kind.name().toLowerCase(Locale.ROOT);
		return this.name.isEmpty() ? kind : kind + " " + this.name;
	}

	private enum Kind {

		USER, HEADER, COOKIE, QUERY, CLAIM, PATH, METHOD

	}

}
