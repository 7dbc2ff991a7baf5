package io.governance.config;

import java.util.List;
import java.util.Set;

/**
 * An observer that writes down what it is told, and fails on demand.
 */
final class RecordingObserver implements ConfigObserver {

	private final String name;

	private final int order;

	private final Set<String> prefixes;

	private final List<String> journal;

	private Throwable failure;

	RecordingObserver(String name, int order, List<String> journal, String... prefixes) {
		this.name = name;
		this.order = order;
		this.journal = journal;
		this.prefixes = Set.of(prefixes);
	}

	RecordingObserver failingWith(Throwable failure) {
		this.failure = failure;
		return this;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Set<String> prefixes() {
		return this.prefixes;
	}

	@Override
	public int order() {
		return this.order;
	}

	@Override
	public void onChange(ConfigChange change) throws Exception {
		this.journal.add(this.name + " " + value(change.before()) + "->" + value(change.after()));
		if (this.failure instanceof Error error) {
			throw error;
		}
		if (this.failure != null) {
			throw (Exception) this.failure;
		}
	}

	private static Object value(ConfigSnapshot snapshot) {
		ConfigValue value = snapshot.get("a");
		return (value != null) ? value.value() : "none";
	}

}
