package io.governance.gray;

import java.util.List;
import java.util.Map;

import io.governance.GovernanceException;
import io.governance.internal.Spelling;
import io.governance.internal.YamlNodes;
import io.governance.internal.YamlProblem;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * One reading of one document of rules. Not thread-safe.
 */
final class RulesReader {

	static final int MAX_LENGTH = 1024 * 1024;

	static final int MAX_NODES = 200_000;

	static final int MAX_DEPTH = 30;

	private final String document;

	private final Map<String, GrayStrategyFactory> factories;

	private final YamlNodes yaml = new YamlNodes(MAX_LENGTH, MAX_DEPTH);

	private int visited;

	RulesReader(String document, Map<String, GrayStrategyFactory> factories) {
		this.document = document;
		this.factories = factories;
	}

	/**
	 * Reads the document.
	 * @param text its text
	 * @return its root, or {@code null} if it is empty
	 */
	@Nullable RulesNode root(String text) {
		if (text.length() > MAX_LENGTH) {
			throw new InvalidRulesException(this.document, 0, 0, null, null,
					"has " + text.length() + " characters, and " + MAX_LENGTH + " are allowed", null);
		}
		List<Node> roots;
		try {
			roots = this.yaml.compose(text);
		}
		catch (YamlProblem ex) {
			throw invalid(ex, null);
		}
		if (roots.size() > 1) {
			throw new InvalidRulesException(this.document, YamlNodes.line(roots.get(1)), YamlNodes.column(roots.get(1)),
					null, null,
					"a second YAML document begins here: put all rules into one, and remove the '---' between them",
					null);
		}
		return roots.isEmpty() ? null : new RulesNode(this, roots.get(0), "", 0, null);
	}

	GrayStrategy strategy(String name, RulesNode definition) {
		GrayStrategyFactory factory = this.factories.get(name);
		if (factory == null) {
			throw definition.invalidKey("is not a known strategy" + Spelling.didYouMean(name, this.factories.keySet()));
		}
		try {
			return factory.create(definition);
		}
		catch (InvalidRulesException ex) {
			throw ex;
		}
		catch (GovernanceException ex) {
			throw definition.invalid("was refused by its strategy: " + ex.getMessage(), ex);
		}
		catch (RuntimeException ex) {
			// Its message may hold what the document says, or a secret.
			throw definition.invalid("was refused by its strategy with " + ex.getClass().getName(), null);
		}
	}

	InvalidRulesException invalid(YamlProblem problem, @Nullable String rule) {
		return new InvalidRulesException(this.document, problem.line(), problem.column(), rule, null, problem.reason(),
				null);
	}

	/**
	 * Counts a piece that is read.
	 * @return {@code false} if there are too many
	 */
	boolean visit() {
		return ++this.visited <= MAX_NODES;
	}

	String document() {
		return this.document;
	}

	YamlNodes yaml() {
		return this.yaml;
	}

}
