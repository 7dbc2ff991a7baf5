package io.governance.boot.operations;

import java.util.LinkedHashMap;
import java.util.Map;

import io.governance.boot.gray.GrayRulesChange;
import io.governance.boot.gray.GrayRulesChanged;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.event.EventListener;

/**
 * Tells Spring Boot's audit which gray rules came into force.
 */
final class ActuatorGrayAudit {

	static final String TYPE = "GOVERNANCE_GRAY_RULES";

	private final ApplicationEventPublisher publisher;

	ActuatorGrayAudit(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@EventListener
	void onChanged(GrayRulesChanged event) {
		GrayRulesChange change = event.change();
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("comment", event.author().comment());
		data.put("added", change.added());
		data.put("removed", change.removed());
		data.put("changed", change.changed());
		data.put("reordered", change.reordered());
		data.put("documents",
				change.documents().stream().map((document) -> document.id() + "@" + document.revision()).toList());
		data.put("lines", change.lines());
		this.publisher
			.publishEvent(new AuditApplicationEvent(new AuditEvent(change.time(), event.author().name(), TYPE, data)));
	}

}
