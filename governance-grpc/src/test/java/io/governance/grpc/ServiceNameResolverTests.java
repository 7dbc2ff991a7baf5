package io.governance.grpc;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;

import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.governance.Subscription;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;
import io.governance.registry.ServiceInstances;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is told, and when host names are looked up, which takes as long as the test wants.
 */
class ServiceNameResolverTests {

	private final SynchronizationContext context = new SynchronizationContext((thread, ex) -> {
		throw new IllegalStateException(ex);
	});

	private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);

	private final Listed services = new Listed();

	/** Those that have not begun yet. */
	private final Queue<Runnable> lookUps = new ArrayDeque<>();

	private final List<List<String>> told = new ArrayList<>();

	private final ServiceNameResolver resolver = new ServiceNameResolver("users", this.services,
			NameResolver.Args.newBuilder()
				.setDefaultPort(80)
				.setProxyDetector((address) -> null)
				.setSynchronizationContext(this.context)
				.setServiceConfigParser(new NoServiceConfig())
				.setScheduledExecutorService(this.timer)
				.setOffloadExecutor(this.lookUps::add)
				.build());

	@BeforeEach
	void start() {
		this.context.execute(() -> this.resolver.start(new NameResolver.Listener2() {

			@Override
			public Status onResult2(NameResolver.ResolutionResult result) {
				ServiceNameResolverTests.this.told.add(result.getAddressesOrError()
					.getValue()
					.stream()
					.map(EquivalentAddressGroup::getAttributes)
					.map((attributes) -> attributes.get(ServiceNameResolver.INSTANCE))
					.toList());
				return Status.OK;
			}

			@Override
			public void onResult(NameResolver.ResolutionResult result) {
				onResult2(result);
			}

			@Override
			public void onError(Status error) {
				throw error.asRuntimeException();
			}

		}));
	}

	@AfterEach
	void stop() {
		this.context.execute(this.resolver::shutdown);
		this.timer.shutdownNow();
	}

	private static Instance named(String id) {
		return Instance.of("users", "localhost", 1).id(id).build();
	}

	private static Instance literal(String id) {
		return Instance.of("users", "127.0.0.1", 1).id(id).build();
	}

	private void connectionFails() {
		this.context.execute(this.resolver::refresh);
	}

	@Test
	void newListIsToldThoughConnectionsFailFasterThanNamesAreLookedUp() {
		this.services.list(named("a"));
		this.lookUps.remove().run();
		this.services.list(named("a"), named("b"));
		connectionFails();
		connectionFails();
		this.lookUps.remove().run();
		assertThat(this.told).containsExactly(List.of("a"), List.of("a", "b"));
	}

	@Test
	void namesAreLookedUpOnceAtATimeHoweverManyConnectionsFail() {
		this.services.list(named("a"));
		for (int i = 0; i < 10; i++) {
			connectionFails();
		}
		assertThat(this.lookUps).hasSize(1);
		this.lookUps.remove().run();
		assertThat(this.lookUps).as("for those that failed meanwhile").hasSize(1);
		this.lookUps.remove().run();
		assertThat(this.lookUps).isEmpty();
		connectionFails();
		assertThat(this.lookUps).hasSize(1);
	}

	@Test
	void listsAreToldThoughTheyChangeFasterThanNamesAreLookedUp() {
		this.services.list(named("a"));
		this.services.list(named("b"));
		this.lookUps.remove().run();
		this.services.list(named("c"));
		this.services.list(named("d"));
		this.lookUps.remove().run();
		this.lookUps.remove().run();
		assertThat(this.told).containsExactly(List.of("a"), List.of("b"), List.of("d"));
		assertThat(this.lookUps).isEmpty();
	}

	@Test
	void addressesThatAreFoundLateDoNotReplaceNewerOnes() {
		this.services.list(named("a"));
		this.services.list(literal("b"));
		assertThat(this.told).as("nobody has to be asked").containsExactly(List.of("b"));
		this.services.list(named("c"));
		this.lookUps.remove().run();
		assertThat(this.told).containsExactly(List.of("b"));
		this.lookUps.remove().run();
		assertThat(this.told).containsExactly(List.of("b"), List.of("c"));
	}

	@Test
	void nothingIsLookedUpAfterTheEnd() {
		this.services.list(named("a"));
		connectionFails();
		this.context.execute(this.resolver::shutdown);
		this.lookUps.remove().run();
		assertThat(this.lookUps).isEmpty();
		assertThat(this.told).isEmpty();
	}

	/** Tells the lists of a test on its thread. */
	private static final class Listed implements GrpcServices {

		private final ServiceBalancer balancer = ServiceBalancer.builder("users", new RoundRobinLoadBalancer()).build();

		private Consumer<ServiceInstances> subscriber = (list) -> {
		};

		void list(Instance... instances) {
			this.subscriber.accept(new ServiceInstances("users", List.of(instances), true, true));
		}

		@Override
		public Subscription subscribe(String service, Consumer<ServiceInstances> subscriber) {
			this.subscriber = subscriber;
			return () -> {
			};
		}

		@Override
		public ServicePicks picks(String service) {
			return new ServicePicks() {

				@Override
				public ServiceBalancer balancer() {
					return Listed.this.balancer;
				}

				@Override
				public String whyNone(String lane) {
					return "none";
				}

			};
		}

		@Override
		public Duration firstListTimeout() {
			return Duration.ofSeconds(10);
		}

	}

	private static final class NoServiceConfig extends NameResolver.ServiceConfigParser {

		@Override
		public NameResolver.ConfigOrError parseServiceConfig(Map<String, ?> config) {
			return NameResolver.ConfigOrError.fromConfig("");
		}

	}

}
