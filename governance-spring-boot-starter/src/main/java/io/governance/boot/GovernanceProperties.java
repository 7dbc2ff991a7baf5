package io.governance.boot;

import java.util.Map;

import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties that concern the whole of Governance.
 *
 * @param enabled Whether Governance is used at all.
 * @param backend Name of the backend, such as 'consul' or 'local'. By default the one
 * backend whose jar is on the classpath, or 'local' if there is none.
 * @param namespace Environment that this application belongs to, such as 'dev'.
 * Namespaces do not see each other.
 * @param backends Further backends by a name of their own, such as a second cluster of
 * the same type: each with its 'type' and, beside it, the settings of that type.
 */
@ConfigurationProperties("governance")
public record GovernanceProperties(@DefaultValue("true") boolean enabled, @Nullable String backend,
		@DefaultValue(DocumentId.DEFAULT) String namespace, @DefaultValue Map<String, Further> backends) {

	/**
	 * A further backend.
	 *
	 * @param type Type of the backend, such as 'consul'.
	 */
	public record Further(@Nullable String type) {
	}

}
