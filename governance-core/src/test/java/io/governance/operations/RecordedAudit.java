package io.governance.operations;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what the audit is told. */
final class RecordedAudit implements ConfigAuditListener {

	private final List<ConfigAuditEvent> events = new CopyOnWriteArrayList<>();

	@Override
	public void onAudit(ConfigAuditEvent event) {
		this.events.add(event);
	}

	List<String> told() {
		return this.events.stream()
			.map((event) -> event.action() + " " + event.outcome() + " " + event.id().name() + " by "
					+ event.author().name())
			.toList();
	}

	ConfigAuditEvent last() {
		return this.events.get(this.events.size() - 1);
	}

}
