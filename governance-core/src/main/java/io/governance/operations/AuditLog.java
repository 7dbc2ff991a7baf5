package io.governance.operations;

import java.util.Locale;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each event as one line to the logger {@value #LOGGER}, which can be sent to a
 * file of its own. Thread-safe.
 */
public final class AuditLog implements ConfigAuditListener {

	/** The name of the logger. */
	public static final String LOGGER = "io.governance.audit";

	private static final Logger logger = LoggerFactory.getLogger(LOGGER);

	@Override
	public void onAudit(ConfigAuditEvent event) {
		logger.info("{} {} {} on {} by '{}': revision {}, sha256 {}{}{}", word(event.action()), word(event.outcome()),
				event.id(), event.backend(), event.author().printableName(), event.revision(),
				event.digest().isEmpty() ? "-" : event.digest(), event.forced() ? ", unchecked" : "",
				reason(event.author().printableComment()));
	}

	private static String reason(String comment) {
		return comment.isEmpty() ? "" : ", comment '" + comment + "'";
	}

	private static String word(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
