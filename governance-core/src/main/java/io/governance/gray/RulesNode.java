package io.governance.gray;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import io.governance.Printable;
import io.governance.internal.Sha256;
import io.governance.internal.Spelling;
import io.governance.internal.YamlNodes;
import io.governance.internal.YamlProblem;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A piece of the text of gray rules that knows where it stands: a text, a list or a map.
 * Valid while the rules are parsed, by the thread that parses them.
 */
public final class RulesNode {

	private static final Pattern DOCUMENT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

	private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

	private final RulesReader reader;

	private final Node node;

	private final String key;

	private final int depth;

	private final @Nullable String rule;

	/** Where it begins, its key included. */
	private final Node start;

	RulesNode(RulesReader reader, Node node, String key, int depth, @Nullable String rule) {
		this(reader, node, node, key, depth, rule);
	}

	private RulesNode(RulesReader reader, Node start, Node node, String key, int depth, @Nullable String rule) {
		this.reader = reader;
		this.start = start;
		this.node = node;
		this.key = key;
		this.depth = depth;
		this.rule = rule;
		if (!reader.visit()) {
			throw invalid("is more than the " + RulesReader.MAX_NODES + " nodes that are allowed, aliases expanded");
		}
		if (depth > RulesReader.MAX_DEPTH) {
			throw invalid("is nested deeper than the " + RulesReader.MAX_DEPTH + " levels that are allowed");
		}
	}

	/**
	 * Where it stands in the document.
	 * @return the line, counted from 1
	 */
	public int line() {
		return YamlNodes.line(this.node);
	}

	/**
	 * Where it stands in its line.
	 * @return the column, counted from 1
	 */
	public int column() {
		return YamlNodes.column(this.node);
	}

	/**
	 * Whether nothing is written here.
	 * @return {@code true} if neither text nor list nor map is
	 */
	public boolean isEmpty() {
		return this.node.getTag().equals(Tag.NULL);
	}

	/**
	 * Whether this is a map.
	 * @return {@code true} if it is
	 */
	public boolean isMap() {
		return this.node instanceof MappingNode;
	}

	/** Whether this is a list. */
	boolean isList() {
		return this.node instanceof SequenceNode;
	}

	/**
	 * The text as it is written: {@code 007} stays {@code 007}.
	 * @return the text, not blank
	 * @throws InvalidRulesException if it is something else
	 */
	public String text() {
		if (!(this.node instanceof ScalarNode scalar)) {
			throw invalid("must be a text, not a " + kind());
		}
		if (isEmpty() || scalar.getValue().isBlank()) {
			throw invalid("is empty: give it a value or remove it");
		}
		return scalar.getValue();
	}

	/** The text as the name of a header or a cookie. */
	String token() {
		String name = text();
		if (!TOKEN.matcher(name).matches()) {
			throw invalid("is not a valid name of a header or a cookie: letters, digits and ! # $ % & ' * + - . ^ _ "
					+ "` | ~");
		}
		return name;
	}

	/**
	 * The text as a point in time.
	 * @return the time
	 * @throws InvalidRulesException if it is none, or has no offset from UTC
	 */
	public Instant instant() {
		try {
			OffsetDateTime time = OffsetDateTime.parse(text());
			if (time.getYear() < 0 || time.getYear() > 9999) {
				throw invalid("must be a time in one of the years 0 to 9999");
			}
			return time.toInstant();
		}
		catch (DateTimeException ex) {
			throw invalid("must be a time with its offset, such as 2026-12-01T08:00:00Z or 2026-12-01T16:00:00+08:00",
					ex);
		}
	}

	/**
	 * The text as yes or no.
	 * @return {@code true} or {@code false}
	 * @throws InvalidRulesException if it is something else
	 */
	public boolean bool() {
		return switch (text()) {
			case "true" -> true;
			case "false" -> false;
			default -> throw invalid("must be true or false");
		};
	}

	/**
	 * Reads the further document whose name this is.
	 * @return its text, as it was when the rules were read
	 * @throws InvalidRulesException if there is no such document
	 */
	public String document() {
		String name = text();
		if (!DOCUMENT.matcher(name).matches()) {
			throw invalid("is not a valid name of a document: 1 to 128 letters, digits and _ . -");
		}
		String text = this.reader.text(name);
		if (text == null) {
			throw invalid("is a document that does not exist: publish it, in the group of these rules, before them");
		}
		return text;
	}

	/**
	 * The clock that conditions on the time go by.
	 * @return the clock
	 */
	public InstantSource clock() {
		return this.reader.clock();
	}

	/**
	 * The elements of the list.
	 * @return the elements, possibly none
	 * @throws InvalidRulesException if it is something else
	 */
	public List<RulesNode> items() {
		if (!(this.node instanceof SequenceNode sequence)) {
			throw invalid("must be a list, not a " + kind());
		}
		List<RulesNode> items = new ArrayList<>();
		for (Node item : sequence.getValue()) {
			items.add(new RulesNode(this.reader, item, this.key + "[" + items.size() + "]", this.depth + 1, this.rule));
		}
		return items;
	}

	/** The elements of the list as texts, each once. */
	Set<String> texts() {
		Set<String> texts = new LinkedHashSet<>();
		items().forEach((item) -> texts.add(item.text()));
		return texts;
	}

	/** The same, at least one. */
	Set<String> someTexts() {
		Set<String> texts = texts();
		if (texts.isEmpty()) {
			throw invalid("is empty: name at least one");
		}
		return texts;
	}

	/**
	 * The entries of the map.
	 * @param allowed the keys that it may have
	 * @return the entries by key, in their order
	 * @throws InvalidRulesException if it is something else or has another key
	 */
	public Map<String, RulesNode> entries(String... allowed) {
		Map<String, RulesNode> entries = entries();
		entries.forEach((name, entry) -> {
			if (!List.of(allowed).contains(name)) {
				throw entry.invalidKey("is not known here" + Spelling.didYouMean(name, List.of(allowed)));
			}
		});
		return entries;
	}

	/**
	 * The entries of the map, whatever their keys are.
	 * @return the entries by key, in their order
	 * @throws InvalidRulesException if it is something else
	 */
	public Map<String, RulesNode> entries() {
		if (!(this.node instanceof MappingNode mapping)) {
			throw invalid("must be a map of keys and values, not a " + kind());
		}
		try {
			this.reader.yaml().resolve(mapping);
		}
		catch (YamlProblem ex) {
			throw this.reader.invalid(ex, this.rule);
		}
		Map<String, RulesNode> entries = new LinkedHashMap<>();
		for (NodeTuple tuple : mapping.getValue()) {
			if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
				throw invalid("has a key that is not a text");
			}
			String child = this.key.isEmpty() ? printable(name.getValue())
					: this.key + "." + printable(name.getValue());
			entries.put(name.getValue(),
					new RulesNode(this.reader, name, tuple.getValueNode(), child, this.depth + 1, this.rule));
		}
		return entries;
	}

	/**
	 * Reads this as a strategy: a map with one key, the name of the strategy.
	 * @return the strategy
	 * @throws InvalidRulesException if it is something else
	 */
	public GrayStrategy strategy() {
		Map<String, RulesNode> entries = entries();
		if (entries.size() != 1) {
			throw invalid("must name one strategy" + (entries.isEmpty() ? "" : ", not " + entries.size()
					+ ": put them into a list under 'any' (one must match) or 'all' (each must match)"));
		}
		Map.Entry<String, RulesNode> entry = entries.entrySet().iterator().next();
		return this.reader.strategy(entry.getKey(), entry.getValue());
	}

	/**
	 * Reads this as a list of strategies.
	 * @return the strategies, at least one
	 * @throws InvalidRulesException if it is something else
	 */
	public List<GrayStrategy> strategies() {
		List<GrayStrategy> strategies = items().stream().map(RulesNode::strategy).toList();
		if (strategies.isEmpty()) {
			throw invalid("is empty: name at least one strategy");
		}
		return strategies;
	}

	/** A digest of what is written here, wherever it stands. */
	String digest() {
		StringBuilder text = new StringBuilder();
		write(text);
		return Sha256.of(text.toString().getBytes(StandardCharsets.UTF_8));
	}

	private void write(StringBuilder text) {
		if (this.node instanceof ScalarNode scalar) {
			text.append(scalar.getValue().length()).append(':').append(scalar.getValue());
		}
		else if (this.node instanceof SequenceNode) {
			text.append('[');
			items().forEach((item) -> item.write(text));
			text.append(']');
		}
		else {
			text.append('{');
			entries().forEach((name, entry) -> {
				text.append(name.length()).append(':').append(name).append('=');
				entry.write(text);
			});
			text.append('}');
		}
	}

	/** Whether the same is written there, wherever it stands. */
	boolean sameAs(RulesNode other) {
		return same(this.node, other.node, 0);
	}

	private static boolean same(Node one, Node other, int depth) {
		if (one == other) {
			return true;
		}
		if (depth > RulesReader.MAX_DEPTH) {
			return false;
		}
		if (one instanceof ScalarNode scalar) {
			return other instanceof ScalarNode that && scalar.getValue().equals(that.getValue());
		}
		if (one instanceof SequenceNode sequence) {
			return other instanceof SequenceNode that && sequence.getValue().size() == that.getValue().size()
					&& IntStream.range(0, sequence.getValue().size())
						.allMatch((i) -> same(sequence.getValue().get(i), that.getValue().get(i), depth + 1));
		}
		List<NodeTuple> entries = ((MappingNode) one).getValue();
		return other instanceof MappingNode that && entries.size() == that.getValue().size()
				&& IntStream.range(0, entries.size())
					.allMatch((i) -> same(entries.get(i).getKeyNode(), that.getValue().get(i).getKeyNode(), depth + 1)
							&& same(entries.get(i).getValueNode(), that.getValue().get(i).getValueNode(), depth + 1));
	}

	/**
	 * An exception that tells that this is not valid, and where it stands.
	 * @param reason what is wrong and how to mend it, to be read after the key: "is not a
	 * number: ..."; without what is written here
	 * @return the exception, to be thrown
	 */
	public InvalidRulesException invalid(String reason) {
		return invalid(reason, null);
	}

	InvalidRulesException invalid(String reason, @Nullable Throwable cause) {
		return invalid(this.node, reason, cause);
	}

	/** An exception that points at a line of the further document that is named here. */
	InvalidRulesException invalidLine(int line, String reason) {
		return new InvalidRulesException(text(), line, 1, this.rule, this.key, reason, null);
	}

	/** The addresses by regions of the further document that is named here. */
	RegionTable regions() {
		return this.reader.regions(this);
	}

	/** An exception that points at the key of this piece. */
	InvalidRulesException invalidKey(String reason) {
		return invalid(this.start, reason, null);
	}

	private InvalidRulesException invalid(Node place, String reason, @Nullable Throwable cause) {
		return new InvalidRulesException(this.reader.document(), YamlNodes.line(place), YamlNodes.column(place),
				this.rule, this.key.isEmpty() ? null : this.key, this.key.isEmpty() ? "the document " + reason : reason,
				cause);
	}

	/**
	 * The same piece, as part of a rule that has a name.
	 * @param rule the name of the rule
	 * @return the piece
	 */
	RulesNode of(String rule) {
		return new RulesNode(this.reader, this.start, this.node, this.key, this.depth, rule);
	}

	/**
	 * The name of the rule that this is a part of.
	 */
	String name() {
		if (this.rule == null) {
			throw new IllegalStateException("No part of a rule: " + this);
		}
		return this.rule;
	}

	/** What comes from outside must neither flood a log nor look like something else. */
	static String printable(String text) {
		return Printable.of(text, 64);
	}

	private String kind() {
		if (this.node instanceof MappingNode) {
			return "map of keys and values";
		}
		return (this.node instanceof SequenceNode) ? "list" : "text";
	}

	@Override
	public String toString() {
		return this.key + " (" + line() + ":" + column() + ")";
	}

}
