package io.governance.boot.operations;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import io.governance.operations.ConfigAuditEvent;
import io.governance.operations.ConfigAuditListener;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Tells Spring Boot's audit, and so the repository of audit events that the application
 * may have.
 */
final class ActuatorAudit implements ConfigAuditListener {

	private final ApplicationEventPublisher publisher;

	ActuatorAudit(ApplicationEventPublisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void onAudit(ConfigAuditEvent event) {
		Map<String, Object> data = new LinkedHashMap<>();
		data.put("outcome", word(event.outcome()));
		data.put("backend", event.backend());
		data.put("document", event.id().toString());
		data.put("revision", event.revision().value());
		data.put("digest", event.digest());
		data.put("comment", event.author().comment());
		data.put("forced", event.forced());
		this.publisher.publishEvent(new AuditApplicationEvent(new AuditEvent(event.time(), event.author().name(),
				"GOVERNANCE_CONFIG_" + event.action().name(), data)));
	}

	private static String word(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
