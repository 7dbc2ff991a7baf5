package io.governance.boot.gray;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.governance.config.DocumentId;
import io.governance.gray.GrayRules;

/**
 * What a change of gray rules has changed. Names no user.
 *
 * @param time when the new rules came into force
 * @param added the names of the rules that are new
 * @param removed the names of the rules that are gone
 * @param changed the names of the rules that say something else than before
 * @param reordered whether the others stand in another order
 * @param documents the documents that have other content than before
 * @param lines what was changed: a line that begins with {@code -} for each rule as it
 * was, one with {@code +} for each as it is now, and one with {@code ~} for each of which
 * only what is not shown has changed, such as the users of a list
 */
public record GrayRulesChange(Instant time, List<String> added, List<String> removed, List<String> changed,
		boolean reordered, List<RuleDocument> documents, List<String> lines) {

	/**
	 * Creates a change.
	 */
	public GrayRulesChange {
		added = List.copyOf(added);
		removed = List.copyOf(removed);
		changed = List.copyOf(changed);
		documents = List.copyOf(documents);
		lines = List.copyOf(lines);
	}

	static GrayRulesChange between(InForce before, InForce after, Instant time) {
		Map<String, String> old = RuleLines.of(before.rules());
		Map<String, String> now = RuleLines.of(after.rules());
		List<String> added = new ArrayList<>();
		List<String> changed = new ArrayList<>();
		List<String> lines = new ArrayList<>();
		List<String> removed = old.keySet().stream().filter((name) -> !now.containsKey(name)).toList();
		removed.forEach((name) -> lines.add("- " + old.get(name)));
		List<RuleDocument> documents = changed(before.documents(), after.documents());
		now.forEach((name, line) -> {
			String previous = old.get(name);
			if (previous == null) {
				added.add(name);
				lines.add("+ " + line);
			}
			else if (!documents.isEmpty() && (!previous.equals(line)
					|| !Objects.equals(before.digests().get(name), after.digests().get(name)))) {
				changed.add(name);
				if (previous.equals(line)) {
					lines.add("~ " + line);
				}
				else {
					lines.add("- " + previous);
					lines.add("+ " + line);
				}
			}
		});
		List<String> kept = new ArrayList<>(old.keySet());
		kept.retainAll(now.keySet());
		List<String> keptNow = new ArrayList<>(now.keySet());
		keptNow.retainAll(old.keySet());
		return new GrayRulesChange(time, added, removed, changed, !kept.equals(keptNow), documents, lines);
	}

	private static List<RuleDocument> changed(List<RuleDocument> before, List<RuleDocument> after) {
		Map<DocumentId, RuleDocument> documents = new LinkedHashMap<>();
		before.forEach((document) -> documents.put(document.id(), new RuleDocument(document.id(), "", "", 0)));
		after.forEach((document) -> documents.put(document.id(), document));
		before.forEach((document) -> documents.computeIfPresent(document.id(),
				(id, now) -> now.digest().equals(document.digest()) ? null : now));
		return List.copyOf(documents.values());
	}

	/**
	 * Whether the same rules are in force as before.
	 */
	boolean isEmpty() {
		return this.documents.isEmpty() && this.lines.isEmpty() && !this.reordered;
	}

	/**
	 * Rules in force, and where they come from.
	 *
	 * @param rules the rules
	 * @param digests what each rule says, by name
	 * @param documents the documents, that of the rules first
	 */
	record InForce(GrayRules rules, Map<String, String> digests, List<RuleDocument> documents) {

		static final InForce NOTHING = new InForce(GrayRules.NONE, Map.of(), List.of());

	}

}
