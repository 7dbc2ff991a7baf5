package io.governance.boot.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.governance.boot.gray.GrayChanges;
import io.governance.boot.gray.GrayRulesChange;
import io.governance.boot.gray.GrayRulesChanged;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.boot.gray.GrayRulesStatus;
import io.governance.boot.gray.RuleDocument;
import io.governance.gray.ConfigRule;
import io.governance.gray.ExperimentRule;
import io.governance.gray.FeatureRule;
import io.governance.gray.GrayCounters;
import io.governance.gray.GrayExplanation;
import io.governance.gray.GrayRule;
import io.governance.gray.GrayRules;
import io.governance.gray.RequestRule;
import io.governance.gray.RuleTerms;
import io.governance.gray.SampleRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Shows the gray rules in force, what has changed, and what the rules make of a sample
 * request. Changes nothing and counts nothing; names none of the users whom rules list.
 */
@Endpoint(id = "governancegray", defaultAccess = Access.READ_ONLY)
public final class GovernanceGrayEndpoint {

	private static final String EXPLAIN = "explain";

	private final GrayRulesKeeper keeper;

	private final GrayChanges changes;

	GovernanceGrayEndpoint(GrayRulesKeeper keeper, GrayChanges changes) {
		this.keeper = keeper;
		this.changes = changes;
	}

	/**
	 * The rules in force.
	 * @return the rules, where they come from, and the last changes
	 */
	@ReadOperation
	public Report rules() {
		GrayRulesStatus status = this.keeper.status();
		return new Report(status.document().toString(), status.connected(), status.rejection(),
				this.keeper.documents().stream().map(Document::of).toList(), rules(this.keeper.rules()),
				this.changes.last().stream().map(Change::of).toList());
	}

	private List<Rule> rules(GrayRules rules) {
		GrayCounters counters = this.keeper.counters();
		List<Rule> shown = new ArrayList<>();
		rules.rules().forEach((rule) -> shown.add(Rule.of(rule, counters.matched(rule.name()))));
		rules.configRules().forEach((rule) -> shown.add(Rule.of(rule)));
		return shown;
	}

	/**
	 * Explains what the rules make of a sample request. What has a name is given as
	 * {@code name=value}, any number of times.
	 * @param operation must be {@code explain}
	 * @param user the user's id
	 * @param session the session's id
	 * @param address the caller's address
	 * @param path the path
	 * @param method the method
	 * @param header headers
	 * @param cookie cookies
	 * @param query parameters of the query
	 * @param claim claims of the caller's token
	 * @return what is decided, and each rule condition by condition; {@code null} for
	 * another operation
	 */
	@ReadOperation
	public @Nullable Sample explain(@Selector String operation, @Nullable String user, @Nullable String session,
			@Nullable String address, @Nullable String path, @Nullable String method, @Nullable List<String> header,
			@Nullable List<String> cookie, @Nullable List<String> query, @Nullable List<String> claim) {
		if (!operation.equals(EXPLAIN)) {
			return null;
		}
		return Sample.of(this.keeper.rules()
			.explain(new SampleRequest(user, session, address, named(header), named(cookie), named(query), named(claim),
					path, method)));
	}

	/** A single parameter comes divided at its commas. */
	private static Map<String, String> named(@Nullable List<String> parameters) {
		Map<String, String> named = new LinkedHashMap<>();
		String last = null;
		for (String parameter : (parameters != null) ? parameters : List.<String>of()) {
			int equals = parameter.indexOf('=');
			if (equals > 0) {
				last = parameter.substring(0, equals);
				named.put(last, parameter.substring(equals + 1));
			}
			else if (last != null) {
				named.merge(last, parameter, (before, more) -> before + "," + more);
			}
		}
		return named;
	}

	private static String word(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

	/**
	 * The gray rules of an application.
	 *
	 * @param document the document of the rules
	 * @param connected whether its backend can be reached
	 * @param rejection why the document as it is stored is refused, and older rules are
	 * in force; {@code null} if it is not
	 * @param documents where the rules in force come from
	 * @param rules the rules in force
	 * @param changes the last changes, the newest first
	 */
	public record Report(String document, boolean connected, @Nullable String rejection, List<Document> documents,
			List<Rule> rules, List<Change> changes) {
	}

	/**
	 * A document.
	 *
	 * @param name its name
	 * @param revision its revision
	 * @param digest the SHA-256 of its content
	 * @param bytes its size
	 */
	public record Document(String name, String revision, String digest, int bytes) {

		static Document of(RuleDocument document) {
			return new Document(document.id().toString(), document.revision(), document.digest(), document.bytes());
		}

	}

	/**
	 * A rule.
	 *
	 * @param name its name
	 * @param kind {@code lane}, {@code feature}, {@code experiment} or {@code config}
	 * @param target what it does with those that match
	 * @param condition who matches, lists of users by their sizes alone
	 * @param otherwise what to do if no instance of the lane takes calls; {@code null}
	 * for rules of other kinds
	 * @param priority those of a higher one come first
	 * @param enabled whether it is in force
	 * @param observe whether it only counts who matches
	 * @param expires when it ends, or {@code null} for never
	 * @param owner who looks after it
	 * @param comment why it is there
	 * @param matched how many requests have matched since this process started;
	 * {@code null} for rules about config
	 */
	public record Rule(String name, String kind, String target, String condition, @Nullable String otherwise,
			int priority, boolean enabled, boolean observe, @Nullable Instant expires, String owner, String comment,
			@Nullable Long matched) {

		static Rule of(RequestRule rule, long matched) {
			RuleTerms terms = rule.terms();
			return new Rule(rule.name(),
					(rule instanceof FeatureRule) ? "feature"
							: (rule instanceof ExperimentRule) ? "experiment" : "lane",
					rule.target(), rule.strategy().toString(),
					(rule instanceof GrayRule lane) ? word(lane.otherwise()) : null, terms.priority(), terms.enabled(),
					terms.observe(), terms.expires(), terms.owner(), terms.comment(), matched);
		}

		static Rule of(ConfigRule rule) {
			return new Rule(rule.name(), "config", rule.application() + "=" + rule.variant(),
					rule.strategy().toString(), null, 0, true, false, null, "", "", null);
		}

	}

	/**
	 * A change.
	 *
	 * @param time when it came into force here
	 * @param author who has published it, as far as the backend remembers
	 * @param comment why
	 * @param added the rules that are new
	 * @param removed the rules that are gone
	 * @param changed the rules that say something else
	 * @param reordered whether the others stand in another order
	 * @param documents the documents that have changed
	 * @param lines the rules before ({@code -}) and after ({@code +})
	 */
	public record Change(Instant time, String author, String comment, List<String> added, List<String> removed,
			List<String> changed, boolean reordered, List<String> documents, List<String> lines) {

		static Change of(GrayRulesChanged event) {
			GrayRulesChange change = event.change();
			return new Change(change.time(), event.author().name(), event.author().comment(), change.added(),
					change.removed(), change.changed(), change.reordered(),
					change.documents().stream().map((document) -> document.id().toString()).toList(), change.lines());
		}

	}

	/**
	 * What the rules make of a sample request.
	 *
	 * @param lanes the lanes as they are passed on; {@code stable} for none
	 * @param rules the rules that gave them
	 * @param features the functions that are on
	 * @param variants the variants by experiment
	 * @param verdicts what each rule makes of it, in the order in which they count
	 */
	public record Sample(String lanes, List<String> rules, List<String> features, Map<String, String> variants,
			List<GrayExplanation.Verdict> verdicts) {

		static Sample of(GrayExplanation explanation) {
			Map<String, String> variants = new TreeMap<>();
			explanation.decision().forEachVariant(variants::put);
			return new Sample(explanation.decision().lanes().toString(), explanation.decision().rules(),
					explanation.decision().features(), variants, explanation.verdicts());
		}

	}

}
