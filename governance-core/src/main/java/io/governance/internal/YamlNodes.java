package io.governance.internal;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * Reads untrusted YAML into nodes that know their line and column. No types but those of
 * the YAML core schema, without timestamps; no key twice; bounded in size, depth and
 * aliases. Whoever walks the nodes counts them too, since aliases share nodes. Not
 * thread-safe.
 */
public final class YamlNodes {

	private final SafeNodes constructor;

	private final Yaml yaml;

	/**
	 * Creates a reader for one document.
	 * @param maxCodePoints how long the text may be
	 * @param maxDepth how deep it may be nested
	 */
	public YamlNodes(int maxCodePoints, int maxDepth) {
		LoaderOptions options = new LoaderOptions();
		options.setAllowDuplicateKeys(false);
		options.setAllowRecursiveKeys(false);
		options.setMaxAliasesForCollections(50);
		options.setNestingDepthLimit(maxDepth);
		options.setCodePointLimit(maxCodePoints);
		this.constructor = new SafeNodes(options);
		DumperOptions dumperOptions = new DumperOptions();
		this.yaml = new Yaml(this.constructor, new Representer(dumperOptions), dumperOptions, options,
				new NoTimestampResolver());
	}

	/**
	 * Reads a text.
	 * @param text the text, which may hold several YAML documents
	 * @return the root of each document that is not empty
	 * @throws YamlProblem if the text is not valid or exceeds a limit
	 */
	public List<Node> compose(String text) {
		try {
			List<Node> roots = new ArrayList<>();
			for (Node root : this.yaml.composeAll(new StringReader(text))) {
				if (!root.getTag().equals(Tag.NULL)) {
					roots.add(root);
				}
			}
			return roots;
		}
		catch (YAMLException ex) {
			throw problem(ex);
		}
	}

	/**
	 * Checks a mapping for keys that stand twice, and replaces merge keys by what they
	 * merge.
	 * @param mapping the mapping, which is changed
	 * @throws YamlProblem if a key stands twice
	 */
	public void resolve(MappingNode mapping) {
		try {
			this.constructor.flattenMapping(mapping);
		}
		catch (YAMLException ex) {
			throw problem(ex);
		}
	}

	/**
	 * The value of a scalar.
	 * @param scalar the scalar
	 * @return a {@link String}, {@link Number} or {@link Boolean}, or {@code null}
	 * @throws YamlProblem if it has another type
	 */
	public @Nullable Object value(ScalarNode scalar) {
		Object value;
		try {
			value = this.constructor.constructObject(scalar);
		}
		catch (YAMLException ex) {
			throw problem(ex);
		}
		catch (RuntimeException ex) {
			throw problem(scalar, "is not a valid " + scalar.getTag());
		}
		if (value == null || value instanceof String || value instanceof Number || value instanceof Boolean) {
			return value;
		}
		throw problem(scalar, "is neither text nor a number nor true or false");
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

	private static YamlProblem problem(YAMLException ex) {
		if (ex instanceof MarkedYAMLException marked) {
			Mark mark = (marked.getProblemMark() != null) ? marked.getProblemMark() : marked.getContextMark();
			String problem = String.valueOf(marked.getProblem()).trim();
			return (mark != null) ? new YamlProblem(mark.getLine() + 1, mark.getColumn() + 1, problem)
					: new YamlProblem(0, 0, problem);
		}
		return new YamlProblem(0, 0, String.valueOf(ex.getMessage()));
	}

	private static final class SafeNodes extends SafeConstructor {

		SafeNodes(LoaderOptions options) {
			super(options);
		}

		@Override
		protected void flattenMapping(MappingNode node) {
			super.flattenMapping(node);
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
