package io.governance.testkit.boot;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.governance.backend.Backend;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three instances of a web application, each a process of its own, and a caller with some
 * 200 calls a second, while things happen to instances and to the registry. There is no
 * fallback: whatever is not an answer of an instance is a failure.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
public abstract class LoadContract {

	private static final String SERVICE = "orders";

	private static final int SIZE = 3;

	/** What a notification and a call may differ by on a busy machine. */
	private static final long JITTER = TimeUnit.MILLISECONDS.toNanos(50);

	/** So long without a call, nobody calls any more. */
	private static final long QUIET = TimeUnit.MILLISECONDS.toNanos(500);

	private final String namespace = "load-" + UUID.randomUUID().toString().substring(0, 8);

	private final List<ServingProcess> fleet = new ArrayList<>();

	private final List<AutoCloseable> opened = new ArrayList<>();

	private final Told told = new Told();

	private int started;

	private Path directory;

	private BackendFixture fixture;

	private Backend backend;

	private FaultyConnection way;

	private @Nullable FaultyConnection server;

	private ConfigurableApplicationContext caller;

	/**
	 * Creates a contract.
	 */
	protected LoadContract() {
	}

	/**
	 * The fixture of the backend that is tested; called once.
	 * @return a new fixture
	 */
	protected abstract BackendFixture fixture();

	/**
	 * The properties by which an application uses the backend, {@code governance.backend}
	 * among them.
	 * @param address the address of the server, or of a way to it
	 * @return the properties
	 */
	protected abstract Map<String, String> properties(String address);

	/**
	 * The server behind {@link #fixture()}, if nobody else uses it: it is ended and
	 * started again under load. Called once.
	 * @return the server, which the contract closes last; {@code null} unless overridden,
	 * so that the registry is cut off alone
	 */
	protected @Nullable FaultyConnection server() {
		return null;
	}

	@BeforeAll
	final void startFleet(@TempDir Path directory) {
		this.directory = directory;
		this.fixture = opened(fixture());
		FaultyConnection server = server();
		this.server = (server != null) ? opened(server) : null;
		this.backend = opened(this.fixture.open(this.fixture.address(), this.namespace));
		opened(this.backend.discovery().watch(SERVICE, this.told));
		this.way = opened(this.fixture.connect());
		for (int i = 0; i < SIZE; i++) {
			this.fleet.add(start());
		}
		this.caller = opened(new SpringApplicationBuilder(CallingApplication.class).web(WebApplicationType.NONE)
			.run(arguments(Map.of("spring.application.name", "caller", "governance.registry.enabled", "false"))));
		await().until(() -> this.fleet.stream().allMatch(ServingProcess::isReady));
	}

	@AfterAll
	final void closeAll() throws Exception {
		for (int i = this.opened.size() - 1; i >= 0; i--) {
			this.opened.get(i).close();
		}
	}

	private <T extends AutoCloseable> T opened(T closeable) {
		this.opened.add(closeable);
		return closeable;
	}

	private ServingProcess start() {
		this.started++;
		Map<String, String> properties = applicationProperties();
		properties.put("spring.application.name", SERVICE);
		properties.put("server.port", "0");
		properties.put("server.address", "127.0.0.1");
		return opened(new ServingProcess("i" + this.started, properties));
	}

	private Map<String, String> applicationProperties() {
		Map<String, String> properties = new TreeMap<>(properties(this.way.address()));
		properties.put("spring.main.banner-mode", "off");
		properties.put("governance.namespace", this.namespace);
		properties.put("governance.registry.instance.host", "127.0.0.1");
		properties.put("governance.config.cache.directory", this.directory.resolve("cache" + this.started).toString());
		return properties;
	}

	private String[] arguments(Map<String, String> more) {
		Map<String, String> properties = applicationProperties();
		properties.putAll(more);
		return properties.entrySet()
			.stream()
			.map((property) -> "--" + property.getKey() + "=" + property.getValue())
			.toArray(String[]::new);
	}

	/** Without draining: it is called until callers know, and no longer. */
	@Test
	@DisplayName("An instance that is removed is not chosen any more within 1.5 times of the registry's own notification")
	final void whoIsRemovedIsNotChosenOnceTheRegistryHasToldIt() throws Exception {
		List<String> measured = new ArrayList<>();
		List<Long> notified = new ArrayList<>();
		List<Long> called = new ArrayList<>();
		try (Load load = load(); Stand stand = new Stand("removed")) {
			// Not new: it gets its full share at once.
			Instance instance = Instance.of(SERVICE, "127.0.0.1", stand.port())
				.id(stand.id())
				.metadata(Map.of("started", "1"))
				.build();
			for (int round = 0; round < 5; round++) {
				long putting = System.nanoTime();
				this.backend.registry().put(SERVICE, List.of(instance));
				awaitCalls(load, stand.id(), putting);
				await().until(() -> this.told.has(stand.id()));
				long removing = System.nanoTime();
				this.backend.registry().remove(SERVICE, stand.id());
				await().until(() -> !this.told.has(stand.id()));
				long told = this.told.at() - removing;
				await().atMost(Duration.ofSeconds(5))
					.until(() -> System.nanoTime() - Math.max(removing, stand.lastCall()) > QUIET);
				// By when it began: later it may have waited for anything.
				long last = Math.max(0, load.lastAnsweredBy(stand.id()) - removing);
				measured.add(String.format(Locale.ROOT, "%.0f ms to %.0f ms", told / 1e6, last / 1e6));
				notified.add(told);
				called.add(last);
			}
			// Two watchers of one server: either may be the first to be told.
			assertThat(median(called)).as(measured.toString()).isLessThanOrEqualTo(median(notified) * 3 / 2 + JITTER);
			finishWithoutFailure(load, "removed, from notification to last call: " + measured);
		}
	}

	private static long median(List<Long> values) {
		return values.stream().sorted().toList().get(values.size() / 2);
	}

	/** What cannot be sent twice is lost if it was under way, and nothing else. */
	@Test
	@DisplayName("An instance is killed: no GET fails, and no POST but those that it was answering")
	final void onlyWritesUnderWayAreLostWhenAnInstanceIsKilled() throws Exception {
		ServingProcess killed = start();
		try (Load load = load()) {
			awaitCalls(load, killed.id(), System.nanoTime());
			long killing = System.nanoTime();
			killed.kill();
			long dead = System.nanoTime();
			await().atMost(this.fixture.lease().plusSeconds(20)).until(() -> !this.told.has(killed.id()));
			awaitAll(load);
			load.stop();
			System.out.println(getClass().getSimpleName() + ", killed: " + load);
			assertThat(load.calls()).filteredOn((call) -> call.failure() != null && !lost(call, killing, dead))
				.isEmpty();
			assertThat(load.answeredBy(killed.id(), dead)).isZero();
		}
	}

	private static boolean lost(Load.Call call, long killing, long dead) {
		return call.write() && call.start() - dead < 0 && call.end() - killing > 0;
	}

	/** One after the other, each by SIGTERM. */
	@Test
	@DisplayName("A rolling restart of three instances by SIGTERM loses no call")
	final void rollingRestartLosesNothing() throws Exception {
		try (Load load = load()) {
			awaitAll(load);
			for (int i = 0; i < SIZE; i++) {
				ServingProcess next = start();
				this.fleet.set(i, next).stop();
				awaitCalls(load, next.id(), System.nanoTime());
			}
			finishWithoutFailure(load, "rolling restart");
		}
	}

	/** Long enough for every lease to end. */
	@Test
	@DisplayName("F2 No call is lost while the registry is away for 10 seconds")
	final void losesNothingWhileTheRegistryIsAway() throws Exception {
		registryAway((this.server != null) ? this.server : this.way, Duration.ofSeconds(10));
	}

	/** The same for longer, in each way that there is. */
	@ParameterizedTest(autoCloseArguments = false)
	@MethodSource("outages")
	@Tag("soak")
	@DisplayName("F2 No call is lost while the registry is away for a minute")
	final void losesNothingWhileTheRegistryIsAwayForAMinute(FaultyConnection registry) throws Exception {
		registryAway(registry, Duration.ofSeconds(60));
	}

	final Stream<Named<FaultyConnection>> outages() {
		Stream<Named<FaultyConnection>> stopped = Stream.ofNullable(this.server)
			.map((server) -> Named.of("stopped", server));
		return Stream.concat(Stream.of(Named.of("cut off", this.way)), stopped);
	}

	private void registryAway(FaultyConnection registry, Duration time) throws InterruptedException {
		String what = (registry == this.server) ? "stopped" : "cut off";
		try (Load load = load()) {
			awaitAll(load);
			long start = System.nanoTime();
			registry.cut();
			try {
				await().atMost(time.plusSeconds(10)).pollDelay(time).until(() -> true);
			}
			finally {
				registry.restore();
			}
			Duration away = Duration.ofNanos(System.nanoTime() - start);
			ServiceDirectory directory = this.caller.getBean(ServiceDirectory.class);
			await().until(() -> directory.instances(SERVICE).connected());
			// Long enough for whoever does not come back to be gone, after a minute.
			await().pollDelay(time.dividedBy(6))
				.until(() -> this.fleet.stream().allMatch((one) -> this.told.has(one.id())));
			awaitAll(load);
			finishWithoutFailure(load, "registry " + what + " for " + away.toSeconds() + " s");
		}
	}

	private Load load() {
		return new Load(this.caller.getBean(RestClient.Builder.class).build(), SERVICE);
	}

	private void awaitAll(Load load) {
		long now = System.nanoTime();
		this.fleet.forEach((one) -> awaitCalls(load, one.id(), now));
	}

	private void awaitCalls(Load load, String id, long since) {
		await().until(() -> load.answeredBy(id, since) >= 5);
	}

	private void finishWithoutFailure(Load load, String what) throws InterruptedException {
		load.stop();
		System.out.println(getClass().getSimpleName() + ", " + what + ": " + load);
		assertThat(load.calls()).filteredOn((call) -> call.failure() != null).as(load.toString()).isEmpty();
		assertThat(Stream.of(true, false))
			.allMatch((write) -> load.calls().stream().anyMatch((call) -> call.write() == write));
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInSameThread().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(60));
	}

	/** What the registry says, beside the caller. */
	private static final class Told implements InstancesListener {

		private volatile Set<String> callable = Set.of();

		private volatile long at;

		@Override
		public void onInstances(List<Instance> instances) {
			this.at = System.nanoTime();
			this.callable = instances.stream()
				.filter((instance) -> instance.status().takesCalls())
				.map(Instance::id)
				.collect(Collectors.toUnmodifiableSet());
		}

		boolean has(String id) {
			return this.callable.contains(id);
		}

		/** When it last said something. */
		long at() {
			return this.at;
		}

	}

	/** The application that calls. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class CallingApplication {

		@Bean
		@LoadBalanced
		RestClient.Builder restClientBuilder() {
			return RestClient.builder().requestFactory(new JdkClientHttpRequestFactory());
		}

	}

}
