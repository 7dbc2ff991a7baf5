package io.governance.boot.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.backend.Backend;
import io.governance.boot.InvalidSettingException;
import io.governance.boot.actuate.GovernanceMetricsAutoConfiguration;
import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationEvent;
import io.governance.registry.RegistrationEvent.Kind;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.discovery.event.InstancePreRegisteredEvent;
import org.springframework.cloud.client.discovery.event.InstanceRegisteredEvent;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistrationAutoConfiguration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class GovernanceRegistryAutoConfigurationTests {

	@TempDir
	private Path directory;

	private ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(UtilAutoConfiguration.class, GovernanceRegistryAutoConfiguration.class));

	@BeforeEach
	void useADirectory() {
		this.runner = this.runner.withUserConfiguration(LocalBackendConfiguration.class)
			.withPropertyValues("test.directory=" + this.directory, "spring.application.name=orders",
					"governance.registry.instance.port=8081", "governance.registry.drain.min-time=100ms",
					"governance.registry.reconcile-interval=500ms");
	}

	@Test
	void registersWhenTrafficIsAccepted() {
		this.runner
			.withPropertyValues("governance.registry.instance.zone=a", "governance.registry.instance.version=1.2",
					"governance.registry.instance.lane=gray", "governance.registry.instance.weight=50",
					"governance.registry.instance.metadata.team=x", "governance.registry.instance.metadata.started=0")
			.run((context) -> {
				assertThat(observed(context)).isEmpty();
				readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
				await().until(() -> !observed(context).isEmpty());
				assertThat(observed(context)).containsExactly(Instance.of("orders", "127.0.0.1", 8081)
					.id("orders-127.0.0.1-8081")
					.zone("a")
					.version("1.2")
					.lane("gray")
					.weight(50)
					.metadata(Map.of("team", "x", "started", "0"))
					.build());
				Registration registration = context.getBean(Registration.class);
				assertThat(registration.getUri()).hasToString("http://127.0.0.1:8081");
				assertThat(registration.getMetadata()).containsEntry("zone", "a")
					.containsEntry("version", "1.2")
					.containsEntry("lane", "gray")
					.containsEntry("team", "x");
				await().until(() -> context.getBean(Events.class).registered.size() == 1);
			});
	}

	@Test
	void registersWithTheNextReadinessWhereAListenerFailedBefore() {
		this.runner.withBean(FailingOnce.class, FailingOnce::new).run((context) -> {
			assertThatIllegalStateException().isThrownBy(() -> readiness(context, ReadinessState.ACCEPTING_TRAFFIC))
				.withMessage("not yet");
			assertThat(observed(context)).isEmpty();
			readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
			awaitStatus(context, InstanceStatus.UP);
		});
	}

	@Test
	void leavesAndComesBackWithReadiness() {
		this.runner.run((context) -> {
			readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
			readiness(context, ReadinessState.REFUSING_TRAFFIC);
			awaitStatus(context, InstanceStatus.OUT_OF_SERVICE);
			readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
			awaitStatus(context, InstanceStatus.UP);
		});
	}

	@Test
	void drainsAndRemovesItselfOnClose() throws Exception {
		try (Backend other = LocalBackendConfiguration.in(this.directory)) {
			List<List<Instance>> seen = new CopyOnWriteArrayList<>();
			other.discovery().watch("orders", seen::add);
			this.runner.withPropertyValues("governance.registry.drain.min-time=2s").run((context) -> {
				readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
				await().until(() -> !seen.isEmpty() && !seen.get(seen.size() - 1).isEmpty());
			});
			await().until(() -> seen.get(seen.size() - 1).isEmpty());
			assertThat(seen.stream().flatMap(List::stream).map(Instance::status)).contains(InstanceStatus.UP,
					InstanceStatus.DRAINING);
		}
	}

	@Test
	void whoClosesIsDrainingAndWasNeverOutOfService() {
		List<String> changes = new CopyOnWriteArrayList<>();
		this.runner.withBean(RegistrationListener.class, () -> (event) -> {
			if (event.kind() == Kind.UPDATED) {
				changes.add(event.reason());
			}
		}).run((context) -> {
			readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
			awaitStatus(context, InstanceStatus.UP);
			// As a web application does that begins to close.
			readiness(context, ReadinessState.REFUSING_TRAFFIC);
		});
		assertThat(changes).containsExactly("status UP -> DRAINING");
	}

	@Test
	void isRemovedBeforeAnythingOfTheApplicationStops() {
		Working working = new Working();
		ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
		List<String> stopped = new CopyOnWriteArrayList<>();
		AtomicBoolean removed = new AtomicBoolean();
		this.runner.withBean(Working.class, () -> working)
			.withBean(ThreadPoolTaskScheduler.class, () -> scheduler)
			.withBean(RegistrationListener.class, () -> (event) -> {
				if (event.kind() == Kind.REMOVED) {
					removed.set(true);
					if (!working.isRunning()) {
						stopped.add("the bean of the default phase");
					}
					if (scheduler.getScheduledThreadPoolExecutor().isShutdown()) {
						stopped.add("the scheduler");
					}
				}
			})
			.run((context) -> {
				readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
				await().until(() -> !observed(context).isEmpty());
			});
		assertThat(removed).isTrue();
		assertThat(stopped).isEmpty();
		assertThat(working.isRunning()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "reconcile-interval", "removal-timeout", "health.interval" })
	void refusesATimeOfNothingByItsName(String name) {
		this.runner.withPropertyValues("governance.registry." + name + "=0s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidSettingException.class)
				.hasMessageContaining("governance.registry." + name));
	}

	@Test
	void tellsListenersWhatHappens() {
		this.runner.run((context) -> {
			readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
			await().until(() -> context.getBean(Events.class).events.stream()
				.map(RegistrationEvent::kind)
				.toList()
				.contains(Kind.REGISTERED));
		});
	}

	@Test
	void publishesWhatHappensAsAnEventAndCountsIt() {
		this.runner.withConfiguration(AutoConfigurations.of(GovernanceMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> {
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				assertThat(eventsOf(meters, "lost")).isZero();
				readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
				await().until(() -> eventsOf(meters, "registered") == 1);
				Published published = context.getBean(Published.class);
				await().until(() -> published.events.size() == 1);
				context.getBean(Backend.class).registry().remove("orders", "orders-127.0.0.1-8081");
				await().until(() -> eventsOf(meters, "lost") == 1 && eventsOf(meters, "repaired") == 1);
				await().until(() -> published.events.size() == 3);
				assertThat(published.events).extracting(RegistrationEvent::kind)
					.containsExactly(Kind.REGISTERED, Kind.LOST, Kind.REPAIRED);
			});
	}

	@Test
	void countsWhatIsUpdatedRefusedAndRemoved() throws IOException {
		Path real = Files.createDirectory(this.directory.resolve("real"));
		Path fleet = Files.createSymbolicLink(this.directory.resolve("fleet"), real);
		AtomicReference<MeterRegistry> counted = new AtomicReference<>();
		this.runner.withConfiguration(AutoConfigurations.of(GovernanceMetricsAutoConfiguration.class))
			.withPropertyValues("test.directory=" + fleet)
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> {
				MeterRegistry meters = context.getBean(MeterRegistry.class);
				counted.set(meters);
				readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
				await().until(() -> eventsOf(meters, "registered") == 1);
				assertThat(List.of("updated", "refused", "removed"))
					.allSatisfy((kind) -> assertThat(eventsOf(meters, kind)).as(kind).isZero());
				readiness(context, ReadinessState.REFUSING_TRAFFIC);
				await().until(() -> eventsOf(meters, "updated") == 1);
				// Each in one step, as the directory is made again where there is none.
				Files.move(Files.createFile(this.directory.resolve("file")), fleet, StandardCopyOption.ATOMIC_MOVE);
				await().until(() -> eventsOf(meters, "refused") == 1);
				Files.move(Files.createSymbolicLink(this.directory.resolve("link"), real), fleet,
						StandardCopyOption.ATOMIC_MOVE);
				await().until(() -> eventsOf(meters, "registered") == 2);
				assertThat(eventsOf(meters, "removed")).isZero();
			});
		assertThat(eventsOf(counted.get(), "removed")).isEqualTo(1);
		assertThat(eventsOf(counted.get(), "refused")).as("told once").isEqualTo(1);
	}

	private static double eventsOf(MeterRegistry meters, String kind) {
		return meters.get("governance.registry.events").tags("kind", kind, "backend", "local").counter().count();
	}

	@Test
	void ignoresTheReadinessOfOtherContexts() {
		this.runner.run((context) -> {
			this.runner.withParent(context).withPropertyValues("governance.registry.enabled=false").run((child) -> {
				AvailabilityChangeEvent.publish(child.getSourceApplicationContext(), ReadinessState.ACCEPTING_TRAFFIC);
				assertThat(context.getBean(RegistrationKeeper.class).states()).isEmpty();
			});
			assertThat(context.getBean(RegistrationKeeper.class).states()).isEmpty();
		});
	}

	@Test
	void doesNotRegisterWithoutAPort() {
		this.runner.withPropertyValues("governance.registry.instance.port=").run((context) -> {
			readiness(context, ReadinessState.ACCEPTING_TRAFFIC);
			assertThat(context.getBean(RegistrationKeeper.class).states()).isEmpty();
		});
	}

	@Test
	void doesNotRegisterWithoutANameAndWarnsWhereItServesTheWeb(CapturedOutput output) {
		this.runner.withPropertyValues("spring.application.name=").run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean(Registration.class);
			assertThat(output).contains("set spring.application.name").doesNotContain("WARN");
		});
		new WebApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(UtilAutoConfiguration.class, GovernanceRegistryAutoConfiguration.class))
			.withUserConfiguration(LocalBackendConfiguration.class)
			.withPropertyValues("test.directory=" + this.directory)
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(Registration.class);
				assertThat(output).containsPattern("WARN .*set spring.application.name");
			});
	}

	@Test
	void refusesAWrongWeightAtStart() {
		this.runner.withPropertyValues("governance.registry.instance.weight=10001")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(IllegalArgumentException.class)
				.hasMessageContaining("Weight 10001"));
	}

	@Test
	void announcesTheAddressThatIsConfigured() {
		this.runner
			.withPropertyValues("governance.registry.instance.host=orders.example", "governance.registry.service=o2",
					"governance.registry.instance.id=mine", "server.ssl.bundle=web")
			.run((context) -> {
				Registration registration = context.getBean(Registration.class);
				assertThat(registration.getUri()).hasToString("https://orders.example:8081");
				assertThat(registration.getServiceId()).isEqualTo("o2");
				assertThat(registration.getInstanceId()).isEqualTo("mine");
			});
	}

	@Test
	void announcesTheAddressThatTheServerIsBoundTo() {
		this.runner.withPropertyValues("server.address=127.0.0.7")
			.run((context) -> assertThat(context.getBean(Registration.class).getHost()).isEqualTo("127.0.0.7"));
	}

	@Test
	void announcesAnAddressOfTheMachineOnOtherBackends() {
		this.runner.withBean(InstanceHost.class, () -> () -> "10.1.2.3")
			.run((context) -> assertThat(context.getBean(Registration.class).getHost()).isEqualTo("10.1.2.3"));
	}

	@Test
	void canBeSwitchedOff() {
		for (String property : List.of("governance.enabled", "governance.registry.enabled",
				"spring.cloud.service-registry.auto-registration.enabled")) {
			this.runner.withPropertyValues(property + "=false")
				.run((context) -> assertThat(context).doesNotHaveBean(RegistrationKeeper.class)
					.doesNotHaveBean(Registration.class));
		}
	}

	@Test
	void isTheRegistrationThatSpringCloudAsksForAtStart() {
		this.runner.withConfiguration(AutoConfigurations.of(AutoServiceRegistrationAutoConfiguration.class))
			.withPropertyValues("spring.cloud.service-registry.auto-registration.fail-fast=true")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(AutoServiceRegistration.class));
	}

	@Test
	void needsABackend() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(GovernanceRegistryAutoConfiguration.class))
			.run((context) -> assertThat(context).doesNotHaveBean(RegistrationKeeper.class));
	}

	@BeforeEach
	void listen() {
		this.runner = this.runner.withUserConfiguration(EventsConfiguration.class);
	}

	private static void readiness(AssertableApplicationContext context, ReadinessState state) {
		AvailabilityChangeEvent.publish(context.getSourceApplicationContext(), state);
	}

	private static List<Instance> observed(ConfigurableApplicationContext context) {
		return context.getBean(Backend.class).registry().observe("orders");
	}

	private static void awaitStatus(ConfigurableApplicationContext context, InstanceStatus status) {
		await().until(() -> observed(context).stream().map(Instance::status).toList().equals(List.of(status)));
	}

	static class Events implements RegistrationListener, ApplicationListener<InstanceRegisteredEvent<?>> {

		final List<RegistrationEvent> events = new CopyOnWriteArrayList<>();

		final List<InstanceRegisteredEvent<?>> registered = new CopyOnWriteArrayList<>();

		@Override
		public void onEvent(RegistrationEvent event) {
			this.events.add(event);
		}

		@Override
		public void onApplicationEvent(InstanceRegisteredEvent<?> event) {
			this.registered.add(event);
		}

	}

	/** Fails the first time. */
	static class FailingOnce implements ApplicationListener<InstancePreRegisteredEvent> {

		private final AtomicBoolean failed = new AtomicBoolean();

		@Override
		public void onApplicationEvent(InstancePreRegisteredEvent event) {
			if (this.failed.compareAndSet(false, true)) {
				throw new IllegalStateException("not yet");
			}
		}

	}

	/** In the phase that beans are in by default. */
	static class Working implements SmartLifecycle {

		private volatile boolean running;

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

	static class Published {

		final List<RegistrationEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void published(RegistrationEvent event) {
			this.events.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class EventsConfiguration {

		@Bean
		Published published() {
			return new Published();
		}

		@Bean
		Events events() {
			return new Events();
		}

	}

}
