package io.governance.gray;

import java.time.InstantSource;
import java.util.HashMap;
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

	static final int MAX_ALIASES = 50;

	private static final GrayStrategy NOTHING = (context) -> false;

	private final String document;

	private final Strategies strategies;

	private final RuleDocuments documents;

	/** Whether strategies may be told what their documents do not say. */
	private final boolean unread;

	/** How often a document was asked for. */
	private int asked;

	private final InstantSource clock;

	/** Whether the rule that is being read is about instances. */
	private boolean instances;

	private final YamlNodes yaml = new YamlNodes(MAX_LENGTH, MAX_DEPTH, MAX_ALIASES);

	private final Map<String, RegionTable> regions = new HashMap<>();

	private int visited;

	RulesReader(String document, Strategies strategies, RuleDocuments documents, InstantSource clock) {
		this(document, strategies, documents, clock, documents == RuleDocuments.UNREAD);
	}

	RulesReader(String document, Strategies strategies, RuleDocuments documents, InstantSource clock, boolean unread) {
		this.document = document;
		this.strategies = strategies;
		this.documents = documents;
		this.clock = clock;
		this.unread = unread;
	}

	/**
	 * Reads a strategy of a rule that is about requests.
	 */
	GrayStrategy ofRequests(RulesNode match) {
		this.instances = false;
		return match.strategy();
	}

	/**
	 * Reads a strategy of a rule that is about instances.
	 */
	GrayStrategy ofInstances(RulesNode match) {
		this.instances = true;
		return match.strategy();
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
		Map<String, GrayStrategyFactory> known = this.instances ? this.strategies.instances()
				: this.strategies.requests();
		GrayStrategyFactory factory = known.get(name);
		if (factory == null) {
			if (this.instances ? this.strategies.requests().containsKey(name)
					: this.strategies.instances().containsKey(name)) {
				throw definition.invalidKey(this.instances
						? "tells requests apart, and a rule with 'config' is about instances: use instances, addresses, zones, lanes or percentage"
						: "tells instances apart, and a rule with 'service' is about requests: use users or percentage");
			}
			if (!this.instances && this.strategies.lenient() && Spelling.closest(name, known.keySet()).isEmpty()) {
				return NOTHING;
			}
			throw definition.invalidKey("is not a known strategy" + Spelling.didYouMean(name, known.keySet()));
		}
		int before = this.asked;
		try {
			return create(factory, definition);
		}
		catch (InvalidRulesException ex) {
			if (this.unread && this.asked > before) {
				return NOTHING;
			}
			throw ex;
		}
	}

	private static GrayStrategy create(GrayStrategyFactory factory, RulesNode definition) {
		try {
			return factory.create(definition);
		}
		catch (InvalidRulesException ex) {
			throw ex;
		}
		catch (GovernanceException ex) {
			throw definition.invalid("was refused by its strategy: " + ex.getMessage(), ex);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
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

	/** The text of a further document; empty if it need not be known. */
	@Nullable String text(String name) {
		this.asked++;
		String text = this.documents.text(name);
		return (text == null && this.strategies.lenient()) ? "" : text;
	}

	/** The table that is a further document; read once, however many rules name it. */
	RegionTable regions(RulesNode name) {
		String text = name.document();
		return this.regions.computeIfAbsent(name.text(), (document) -> RegionTable.read(name, text));
	}

	InstantSource clock() {
		return this.clock;
	}

	String document() {
		return this.document;
	}

	YamlNodes yaml() {
		return this.yaml;
	}

	/**
	 * The strategies that rules may use, by their names.
	 *
	 * @param requests those of rules about requests
	 * @param instances those of rules about instances
	 * @param lenient whether a strategy of requests that is not known meets no request,
	 * instead of making the document invalid, unless it looks like a known one misspelled
	 */
	record Strategies(Map<String, GrayStrategyFactory> requests, Map<String, GrayStrategyFactory> instances,
			boolean lenient) {
	}

}
