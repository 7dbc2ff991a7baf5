package io.governance.boot.operations;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import io.governance.backend.Backend;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.boot.gray.GovernanceGrayAutoConfiguration;
import io.governance.config.Author;
import io.governance.config.ConfigStore;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.config.Publication;
import io.governance.operations.AuditLog;
import io.governance.operations.ConfigAuditEvent;
import io.governance.operations.ConfigOperations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;

import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@ExtendWith(OutputCaptureExtension.class)
class GovernanceOperationsAutoConfigurationTests {

	private static final Author ALICE = new Author("alice", "because");

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	@TempDir
	private Path directory;

	private ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(GovernanceBackendAutoConfiguration.class, GovernanceOperationsAutoConfiguration.class));

	@BeforeEach
	void useADirectory() {
		this.runner = this.runner.withPropertyValues("governance.local.directory=" + this.directory)
			.withBean(Told.class);
	}

	@Test
	void whatTheApplicationPublishesIsToldToAllWhoListen(CapturedOutput output) {
		this.runner.run((context) -> {
			ConfigStore store = context.getBean(ConfigStore.class);
			store.publish(List.of(Publication.put(ORDERS, "password: top-secret")), ALICE);
			Told told = context.getBean(Told.class);
			assertThat(told.event.id()).isEqualTo(ORDERS);
			assertThat(told.audit.getPrincipal()).isEqualTo("alice");
			assertThat(told.audit.getType()).isEqualTo("GOVERNANCE_CONFIG_PUBLISH");
			assertThat(told.audit.getData()).containsEntry("outcome", "done")
				.containsEntry("document", "dev/shop/orders.yaml")
				.containsEntry("revision", told.event.revision().value())
				.containsEntry("digest", told.event.digest());
			assertThat(told.audit.toString()).doesNotContain("top-secret");
			assertThat(output).contains(AuditLog.LOGGER)
				.contains("publish done dev/shop/orders.yaml on local by 'alice'")
				.doesNotContain("top-secret");
		});
	}

	@Test
	void whatDoesNotParseIsRefusedAlsoByTheRulesOfTheApplication() {
		this.runner.withConfiguration(AutoConfigurations.of(GovernanceGrayAutoConfiguration.class))
			.withPropertyValues("governance.gray.document=lanes.yaml", "governance.gray.enabled=false")
			.run((context) -> {
				ConfigStore store = context.getBean(ConfigStore.class);
				DocumentId lanes = new DocumentId("dev", "shop", "lanes.yaml");
				for (Publication bad : List.of(Publication.put(ORDERS, "a: ["), Publication.put(lanes, "rulez: []"))) {
					assertThatExceptionOfType(InvalidConfigException.class)
						.isThrownBy(() -> store.publish(List.of(bad), ALICE));
				}
				assertThat(store.get(Set.of(ORDERS, lanes)).documents()).isEmpty();
				assertThat(context.getBean(Told.class).event.outcome()).isEqualTo(ConfigAuditEvent.Outcome.REFUSED);
			});
	}

	@Test
	void storeOfTheApplicationTakesItsPlace() {
		ConfigStore own = Mockito.mock(ConfigStore.class);
		this.runner.withBean("own", ConfigStore.class, () -> own)
			.run((context) -> assertThat(context.getBean(ConfigStore.class)).isSameAs(own));
	}

	@Test
	void thereIsNoStoreWhereTheBackendHasNone() {
		Backend backend = Mockito.mock(Backend.class);
		Mockito.when(backend.config()).thenThrow(new UnsupportedOperationException("no documents here"));
		this.runner.withBean("none", Backend.class, () -> backend).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeanProvider(ConfigStore.class).getIfAvailable()).isNull();
			assertThat(context.getBeanProvider(ConfigOperations.class).getIfAvailable()).isNull();
		});
	}

	@Test
	void thereIsNoStoreWhereGovernanceIsSwitchedOff() {
		this.runner.withPropertyValues("governance.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ConfigStore.class));
	}

	@Test
	void actuatorIsNotNeeded() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GovernanceBackendAutoConfiguration.class,
					GovernanceOperationsAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.withPropertyValues("governance.local.directory=" + this.directory)
			.run((context) -> {
				assertThat(context).hasSingleBean(ConfigStore.class);
				context.getBean(ConfigStore.class).publish(List.of(Publication.put(ORDERS, "a: 1")), ALICE);
			});
	}

	/** What listeners of the application were told. */
	static class Told {

		private ConfigAuditEvent event;

		private AuditEvent audit;

		@EventListener
		void on(PayloadApplicationEvent<ConfigAuditEvent> event) {
			this.event = event.getPayload();
		}

		@EventListener
		void on(AuditApplicationEvent event) {
			this.audit = event.getAuditEvent();
		}

	}

}
