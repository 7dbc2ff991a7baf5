package io.governance.boot.configdata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

import io.governance.boot.registry.StartingInstance;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigVariants;
import io.governance.config.DocumentId;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.Lane;
import io.governance.gray.LaneContext;
import io.governance.gray.RuleDocuments;
import org.jspecify.annotations.Nullable;

/**
 * Chooses variants by the gray rules: for this instance those of the rules that it
 * matches, then the one named like its lane; for requests those named like their lane.
 * What is wrong with rules is not told here, since who keeps the rules tells it.
 * <p>
 * The first rules are read before there are beans, and thus without knowing the
 * strategies of the application. What was chosen by them lasts as long as their document.
 */
final class RuleVariants implements ConfigVariants {

	private final @Nullable DocumentId rules;

	private final String application;

	private final StartingInstance instance;

	private final Set<String> lanes;

	private final GrayRulesParser lenient = GrayRulesParser.lenient();

	/** What was chosen before there was a parser that knows all strategies, by digest. */
	private final Map<String, Choice> early = new ConcurrentHashMap<>();

	private volatile @Nullable GrayRulesParser parser;

	private volatile @Nullable Chosen last;

	/**
	 * Creates a choice.
	 * @param rules the document of the rules, or {@code null} for none
	 * @param application the name of the application in rules about config
	 * @param instance what is known of this instance
	 * @param lanes lanes of requests that no rule has to name
	 */
	RuleVariants(@Nullable DocumentId rules, String application, StartingInstance instance, List<String> lanes) {
		this.rules = rules;
		this.application = application;
		this.instance = instance;
		this.lanes = Set.copyOf(lanes);
	}

	/**
	 * Holds documents to all that is known from now on: those that the parser refuses
	 * change nothing any more.
	 * @param parser knows the strategies of the application
	 */
	void readWith(GrayRulesParser parser) {
		this.parser = parser;
	}

	@Override
	public Set<DocumentId> sources() {
		return (this.rules != null) ? Set.of(this.rules) : Set.of();
	}

	@Override
	public Choice choose(ConfigDocuments documents) {
		ConfigDocument document = (this.rules != null) ? documents.find(this.rules).orElse(null) : null;
		String digest = (document != null) ? document.digest() : "";
		Chosen known = this.last;
		if (known == null || !known.digest().equals(digest)) {
			Choice before = this.early.get(digest);
			known = new Chosen(digest, (before != null) ? before : choose(document, digest));
			this.last = known;
		}
		return known.choice();
	}

	private Choice choose(@Nullable ConfigDocument document, String digest) {
		GrayRulesParser complete = this.parser;
		GrayRulesParser reader = (complete != null) ? complete : this.lenient;
		// What lists of users say makes no difference to instances.
		Choice choice = choose((document != null)
				? reader.parse(document.id().toString(), document.text(), RuleDocuments.UNREAD) : GrayRules.NONE);
		if (complete == null) {
			this.early.put(digest, choice);
		}
		return choice;
	}

	private Choice choose(GrayRules rules) {
		List<String> variants = new ArrayList<>();
		if (!rules.configRules().isEmpty()) {
			variants.addAll(rules.variants(this.application, this.instance.context()));
		}
		String lane = this.instance.lane();
		if (!isStable(lane)) {
			variants.add(lane);
		}
		Set<String> lanes = new TreeSet<>(this.lanes);
		rules.lanes(this.instance.service()).forEach((named) -> lanes.add(named.name()));
		lanes.removeIf(RuleVariants::isStable);
		return new Choice(variants, lanes);
	}

	private static boolean isStable(String lane) {
		return lane.equals(Lane.STABLE.name());
	}

	@Override
	public @Nullable String lane() {
		LaneContext current = LaneContext.current();
		return current.isStable() ? null : current.laneFor(this.instance.service()).name();
	}

	private record Chosen(String digest, Choice choice) {
	}

}
