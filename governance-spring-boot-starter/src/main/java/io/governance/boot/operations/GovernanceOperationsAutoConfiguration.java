package io.governance.boot.operations;

import java.time.InstantSource;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.boot.backend.ConfigBackend;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.config.ConfigFormats;
import io.governance.config.ConfigLayer;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStore;
import io.governance.gray.GrayRulesParser;
import io.governance.operations.AuditLog;
import io.governance.operations.ConfigAuditListener;
import io.governance.operations.ConfigOperations;
import io.governance.operations.DocumentChecks;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the operations on documents. Whatever the application publishes
 * is checked before, and told to all {@link ConfigAuditListener} beans afterwards.
 */
@AutoConfiguration(after = GovernanceBackendAutoConfiguration.class,
		afterName = "io.governance.boot.gray.GovernanceGrayAutoConfiguration")
@ConditionalOnBean(Backend.class)
public final class GovernanceOperationsAutoConfiguration {

	/** None for a backend that has no config store: it is an optional dependency then. */
	@Bean
	@Lazy
	@ConditionalOnMissingBean
	@Nullable ConfigOperations governanceConfigOperations(Backend backend, ObjectProvider<ConfigBackend> documents,
			Environment environment, ObjectProvider<GrayRulesParser> grayRules,
			ObjectProvider<ConfigAuditListener> listeners, ObjectProvider<ConfigManager> manager) {
		String grayDocument = environment.getProperty("governance.gray.document", DocumentChecks.GRAY_DOCUMENT);
		DocumentChecks checks = new DocumentChecks(ConfigFormats.standard(),
				grayRules.getIfAvailable(GrayRulesParser::new), grayDocument)
			.reading(layers(manager.getIfAvailable()));
		List<ConfigAuditListener> all = listeners.orderedStream().toList();
		try {
			return new ConfigOperations(documents.getIfAvailable(() -> new ConfigBackend(backend)).backend(), checks,
					all, InstantSource.system());
		}
		catch (UnsupportedOperationException ex) {
			return null;
		}
	}

	/** What this application would refuse is refused before it is published. */
	private static List<ConfigLayer> layers(@Nullable ConfigManager manager) {
		return (manager != null) ? manager.precedence() : List.of();
	}

	@Bean(destroyMethod = "")
	@Lazy
	@ConditionalOnMissingBean
	@Nullable ConfigStore governanceConfigStore(ObjectProvider<ConfigOperations> operations) {
		ConfigOperations available = operations.getIfAvailable();
		return (available != null) ? available.store() : null;
	}

	@Bean
	@Lazy
	@Order(0)
	@ConditionalOnMissingBean
	AuditLog governanceAuditLog() {
		return new AuditLog();
	}

	@Bean
	@Lazy
	@Order(1)
	@ConditionalOnMissingBean(name = "governanceAuditEvents")
	ConfigAuditListener governanceAuditEvents(ApplicationEventPublisher publisher) {
		return publisher::publishEvent;
	}

	/**
	 * What there is only with Actuator.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(AuditApplicationEvent.class)
	static class ActuatorConfiguration {

		@Bean
		@Order(2)
		@ConditionalOnMissingBean(name = "governanceActuatorAudit")
		ActuatorAudit governanceActuatorAudit(ApplicationEventPublisher publisher) {
			return new ActuatorAudit(publisher);
		}

		@Bean
		@ConditionalOnMissingBean(name = "governanceActuatorGrayAudit")
		ActuatorGrayAudit governanceActuatorGrayAudit(ApplicationEventPublisher publisher) {
			return new ActuatorGrayAudit(publisher);
		}

	}

}
