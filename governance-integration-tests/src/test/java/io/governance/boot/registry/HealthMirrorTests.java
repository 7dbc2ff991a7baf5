package io.governance.boot.registry;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.backend.Backend;
import io.governance.boot.actuate.GovernanceInstanceAutoConfiguration;
import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What the registry is told of the health of an application. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class HealthMirrorTests {

	@TempDir
	private Path directory;

	private final AtomicReference<Status> database = new AtomicReference<>(Status.UP);

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(UtilAutoConfiguration.class, EndpointAutoConfiguration.class,
					HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class,
					GovernanceRegistryAutoConfiguration.class, GovernanceInstanceAutoConfiguration.class))
			.withUserConfiguration(LocalBackendConfiguration.class)
			.withBean("database", HealthIndicator.class, () -> () -> Health.status(this.database.get()).build())
			.withBean("other", HealthIndicator.class, () -> () -> Health.up().build())
			.withPropertyValues("test.directory=" + this.directory, "spring.application.name=orders",
					"governance.registry.instance.port=8081", "governance.registry.drain.min-time=50ms",
					"governance.registry.health.interval=20ms");
	}

	@Test
	void isDownInTheRegistryWhileTheApplicationIsNotWell() {
		runner().withPropertyValues("governance.registry.health.mirror=true").run((context) -> {
			accept(context);
			awaitStatus(context, InstanceStatus.UP);
			for (Status status : List.of(Status.DOWN, Status.OUT_OF_SERVICE)) {
				this.database.set(status);
				awaitStatus(context, InstanceStatus.DOWN);
				this.database.set(Status.UP);
				awaitStatus(context, InstanceStatus.UP);
			}
			context.getBean(InstanceRegistrar.class).set(InstanceStatus.OUT_OF_SERVICE);
			this.database.set(Status.DOWN);
			awaitStatus(context, InstanceStatus.OUT_OF_SERVICE);
			context.getBean(InstanceRegistrar.class).set(InstanceStatus.UP);
			awaitStatus(context, InstanceStatus.DOWN);
		});
	}

	@Test
	void mirrorsOneGroupWhereThatIsWanted() {
		this.database.set(Status.DOWN);
		runner()
			.withPropertyValues("governance.registry.health.mirror=true", "governance.registry.health.group=calls",
					"management.endpoint.health.group.calls.include=other")
			.run((context) -> {
				accept(context);
				awaitStatus(context, InstanceStatus.UP);
				assertThat(context.getBean(InstanceRegistrar.class).status()).isEqualTo(InstanceStatus.UP);
			});
	}

	@Test
	void saysOnceThatThereIsNoSuchGroup(CapturedOutput output) {
		runner()
			.withPropertyValues("governance.registry.health.mirror=true", "governance.registry.health.group=missing")
			.run((context) -> {
				await().until(() -> output.toString().contains("there is no health group 'missing'"));
				accept(context);
				awaitStatus(context, InstanceStatus.UP);
			});
		assertThat(output).containsOnlyOnce("there is no health group 'missing'");
	}

	@Test
	void mirrorsAgainAfterAnError(CapturedOutput output) {
		AtomicReference<Error> error = new AtomicReference<>(new NoClassDefFoundError("on purpose"));
		runner().withPropertyValues("governance.registry.health.mirror=true")
			.withBean("failing", HealthIndicator.class, () -> () -> {
				Error thrown = error.get();
				if (thrown != null) {
					throw thrown;
				}
				return Health.down().build();
			})
			.run((context) -> {
				accept(context);
				await().until(() -> output.toString().contains("cannot be asked: java.lang.NoClassDefFoundError"));
				error.set(null);
				awaitStatus(context, InstanceStatus.DOWN);
			});
	}

	@Test
	void isNotMirroredUnlessWanted() {
		runner().run((context) -> assertThat(context.getBeanFactory().getBeanNamesForType(InstanceRegistrar.class))
			.isNotEmpty()
			.satisfies((names) -> assertThat(context).doesNotHaveBean("governanceHealthMirror")));
	}

	private static void accept(AssertableApplicationContext context) {
		AvailabilityChangeEvent.publish(context.getSourceApplicationContext(), ReadinessState.ACCEPTING_TRAFFIC);
	}

	private static void awaitStatus(AssertableApplicationContext context, InstanceStatus status) {
		await().until(() -> context.getBean(Backend.class)
			.registry()
			.observe("orders")
			.stream()
			.map(Instance::status)
			.toList()
			.equals(List.of(status)));
	}

}
