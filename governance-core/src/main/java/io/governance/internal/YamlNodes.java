package io.governance.internal;

import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads untrusted YAML into nodes that know their line and column. No types but those of
 * the YAML core schema, without timestamps; no key twice; bounded in size, depth, aliases
 * and what is merged. Whoever walks the nodes counts them too, since aliases share nodes.
 * Not thread-safe.
 */
public final class YamlNodes {

	private static final Set<Tag> TAGS = Set.of(Tag.MAP, Tag.SEQ, Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL,
			Tag.MERGE);

	/** Long enough for any number, short enough to be read in no time. */
	private static final int MAX_NUMBER_LENGTH = 1024;

	/** Far above what is written by hand, and merged in no time. */
	private static final int MAX_MERGED = 200_000;

	private final Scalars scalars;

	private final Set<MappingNode> resolving = Collections.newSetFromMap(new IdentityHashMap<>());

	private final Set<MappingNode> resolved = Collections.newSetFromMap(new IdentityHashMap<>());

	private final Yaml yaml;

	/** The keys of all mappings that were merged into others, and these mappings. */
	private int merged;

	/**
	 * Creates a reader for one document.
	 * @param maxCodePoints how long the text may be
	 * @param maxDepth how deep it may be nested
	 * @param maxAliases how many aliases of lists and mappings it may have
	 */
	public YamlNodes(int maxCodePoints, int maxDepth, int maxAliases) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		options.setAllowRecursiveKeys(false);
		options.setMaxAliasesForCollections(maxAliases);
		options.setNestingDepthLimit(maxDepth);
		options.setCodePointLimit(maxCodePoints);
		this.scalars = new Scalars(options);
		DumperOptions dumperOptions = new DumperOptions();
		this.yaml = new Yaml(this.scalars, new Representer(dumperOptions), dumperOptions, options,
				new NoTimestampResolver());
	}

	/**
	 * Reads a text.
	 * @param text the text, which may hold several YAML documents
	 * @return the root of each document that is not empty
	 * @throws YamlProblem if the text is not valid or exceeds a limit
	 */
	public List<Node> compose(String text) {
		checkCharacters(text);
		List<Node> roots = new ArrayList<>();
		try {
			for (Node root : this.yaml.composeAll(new StringReader(text))) {
				checkTags(root);
				if (!root.getTag().equals(Tag.NULL)) {
					roots.add(root);
				}
			}
		}
		catch (YAMLException ex) {
			throw YamlProblem.of(ex);
		}
		return roots;
	}

	private static void checkCharacters(String text) {
		int line = 1;
		int lineStart = 0;
		for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
			int c = text.codePointAt(i);
			if (!StreamReader.isPrintable(c)) {
				throw new YamlProblem(line, text.codePointCount(lineStart, i) + 1,
						"has a control character: write it as an escape in double quotes");
			}
			if (c == '\n' || (c == '\r' && !text.startsWith("\n", i + 1))) {
				line++;
				lineStart = i + 1;
			}
		}
	}

	private static void checkTags(Node root) {
		Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
		Deque<Node> open = new ArrayDeque<>();
		open.push(root);
		while (!open.isEmpty()) {
			Node node = open.pop();
			if (!(node instanceof ScalarNode) && !seen.add(node)) {
				continue;
			}
			if (!TAGS.contains(node.getTag()) || (node.getTag().equals(Tag.NULL) && !(node instanceof ScalarNode))) {
				throw problem(node, YamlProblem.TAG);
			}
			if (node instanceof SequenceNode sequence) {
				sequence.getValue().forEach(open::push);
			}
			else if (node instanceof MappingNode mapping) {
				for (NodeTuple tuple : mapping.getValue()) {
					open.push(tuple.getKeyNode());
					open.push(tuple.getValueNode());
				}
			}
		}
	}

	/**
	 * Checks that the keys of a mapping are plain text and stand there once, and replaces
	 * merge keys by what they merge. Every mapping is worked through once, however often
	 * it is referred to.
	 * @param mapping the mapping, which is changed
	 * @throws YamlProblem if a key is not text or stands twice, if something is merged
	 * that cannot be, or too much
	 */
	public void resolve(MappingNode mapping) {
		if (this.resolved.contains(mapping)) {
			return;
		}
		if (!this.resolving.add(mapping)) {
			throw problem(mapping, "is merged into itself");
		}
		Map<String, NodeTuple> tuples = new LinkedHashMap<>();
		List<MappingNode> merged = new ArrayList<>();
		for (NodeTuple tuple : mapping.getValue()) {
			if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
				throw problem(tuple.getKeyNode(), "is a key that is not plain text");
			}
			if (key.getTag().equals(Tag.MERGE)) {
				addMerged(tuple.getValueNode(), merged);
			}
			else {
				NodeTuple earlier = tuples.putIfAbsent(key.getValue(), tuple);
				if (earlier != null) {
					throw problem(key, "is the key '" + YamlProblem.printable(key.getValue())
							+ "' for the second time, first in line " + line(earlier.getKeyNode()));
				}
			}
		}
		for (MappingNode source : merged) {
			resolve(source);
			this.merged += 1 + source.getValue().size();
			if (this.merged > MAX_MERGED) {
				throw problem(mapping, "merges too much with '<<': " + MAX_MERGED + " keys are allowed in a document");
			}
			source.getValue().forEach((tuple) -> tuples.putIfAbsent(name(tuple), tuple));
		}
		mapping.setValue(new ArrayList<>(tuples.values()));
		mapping.setMerged(false);
		this.resolving.remove(mapping);
		this.resolved.add(mapping);
	}

	private static void addMerged(Node value, List<MappingNode> merged) {
		List<Node> sources = (value instanceof SequenceNode sequence) ? sequence.getValue() : List.of(value);
		for (Node source : sources) {
			if (!(source instanceof MappingNode mapping)) {
				throw problem(source, "cannot be merged with '<<': it is neither a mapping nor a list of mappings");
			}
			merged.add(mapping);
		}
	}

	private static String name(NodeTuple tuple) {
		return ((ScalarNode) tuple.getKeyNode()).getValue();
	}

	/**
	 * The value of a scalar.
	 * @param scalar the scalar
	 * @return a {@link String}, {@link Number} or {@link Boolean}, or {@code null}
	 * @throws YamlProblem if it is not what its tag says
	 */
	public @Nullable Object value(ScalarNode scalar) {
		Tag tag = scalar.getTag();
		if (tag.equals(Tag.NULL)) {
			return null;
		}
		if (!tag.equals(Tag.INT) && !tag.equals(Tag.FLOAT) && !tag.equals(Tag.BOOL)) {
			return scalar.getValue();
		}
		String wanted = tag.equals(Tag.BOOL) ? "true or false" : "a number";
		if (scalar.getValue().length() > MAX_NUMBER_LENGTH) {
			throw problem(scalar, "is too long for " + wanted);
		}
		Object value;
		try {
			value = this.scalars.constructObject(scalar);
		}
		catch (RuntimeException ex) {
			throw problem(scalar, "is not " + wanted + ", as its tag says");
		}
		if (value == null) {
			throw problem(scalar, "is not " + wanted + ", as its tag says");
		}
		return value;
	}

	/**
	 * A problem at a node.
	 * @param node the node
	 * @param reason what is wrong with it
	 * @return the problem, to be thrown
	 */
	public static YamlProblem problem(Node node, String reason) {
		return new YamlProblem(line(node), column(node), reason);
	}

	/**
	 * Where a node begins.
	 * @param node the node
	 * @return the line, counted from 1
	 */
	public static int line(Node node) {
		return node.getStartMark().getLine() + 1;
	}

	/**
	 * Where a node begins.
	 * @param node the node
	 * @return the column, counted from 1
	 */
	public static int column(Node node) {
		return node.getStartMark().getColumn() + 1;
	}

	private static final class Scalars extends SafeConstructor {

		Scalars(LoaderOptions options) {
			super(options);
		}

		@Override
		protected Object constructObject(Node node) {
			return super.constructObject(node);
		}

	}

	private static final class NoTimestampResolver extends Resolver {

		@Override
		public void addImplicitResolver(Tag tag, Pattern regexp, String first, int limit) {
			if (tag != Tag.TIMESTAMP) {
				super.addImplicitResolver(tag, regexp, first, limit);
			}
		}

	}

}
