package io.governance.boot.call;

import java.net.http.HttpClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

import io.micrometer.common.KeyValue;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.governance.backend.Backend;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.registry.Instance;
import io.governance.registry.Registry;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** What calls leave in metrics and traces. */
@Timeout(60)
class CallObservabilityTests {

	private CallingApplication app;

	@BeforeEach
	void start(@TempDir Path directory) {
		this.app = new CallingApplication(directory, Observed.class, "governance.metrics.max-instances=2",
				"governance.call.breaker.minimum-calls=4");
	}

	@AfterEach
	void close() {
		this.app.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "RestClient", "RestTemplate", "WebClient" })
	void observationOfTheClientTellsInstanceLaneAndTries(String client) {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(busy.port(), fine.port());
		for (int i = 0; i < 2; i++) {
			assertThat(call(client, service)).isEqualTo("fine");
		}
		List<Seen> seen = this.app.bean(Recorder.class).seen;
		await().until(() -> seen.size() == 2);
		assertThat(seen).allMatch((call) -> call.name.equals("http.client.requests"))
			.allMatch((call) -> call.keys.get("governance.instance").equals("i1"))
			.allMatch((call) -> call.keys.get("governance.lane").equals("stable"));
		// At least one of them went to the busy instance first.
		assertThat(seen).allSatisfy(CallObservabilityTests::tellsItsTries)
			.anyMatch((call) -> call.keys.get("governance.tries").equals("2"));

		assertThat(call(client, this.app.service(fine.port()))).isEqualTo("fine");
		await().until(() -> seen.size() == 3);
		assertThat(seen.get(2).keys).containsEntry("governance.instance", "i0").containsEntry("governance.tries", "1");
	}

	private static void tellsItsTries(Seen call) {
		if (call.keys.get("governance.tries").equals("1")) {
			assertThat(call.events).isEmpty();
		}
		else {
			assertThat(call.events).containsExactly("governance.retry: try 2 at i1, since the one before was answered"
					+ " with a status that is tried again");
		}
	}

	@Test
	void countsPicksByInstanceAndOutcomeAndRetriesByReason() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(busy.port(), fine.port());
		for (int i = 0; i < 2; i++) {
			call("RestClient", service);
		}
		double failed = picks(service, "i0", "failure");
		assertThat(failed).isBetween(1.0, 2.0);
		await().untilAsserted(() -> assertThat(picks(service, "i1", "success")).isEqualTo(2));
		assertThat(picks(service, "i1", "cancelled")).isZero();
		assertThat(meters().get("governance.loadbalancer.inflight").tag("instance", "i1").gauge().value()).isZero();
		assertThat(meters().get("governance.loadbalancer.retries")
			.tags("service", service, "reason", "status", "result", "success")
			.counter()
			.count()).isEqualTo(failed);
	}

	@Test
	void removesMetersOfInstancesThatLeftAndCountsThoseBeyondTheBoundTogether() {
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(fine.port(), fine.port(), fine.port(), fine.port());
		for (int i = 0; i < 8; i++) {
			call("RestClient", service);
		}
		await().untilAsserted(() -> assertThat(picks(service, "other", "success")).isEqualTo(4));
		assertThat(instances(service)).containsExactly("i0", "i1", "other");

		Registry registry = this.app.bean(Backend.class).registry();
		registry.remove(service, "i0");
		registry.remove(service, "i3");
		registry.put(service, List.of(Instance.of(service, "127.0.0.1", fine.port()).id("i1").lane("gray").build()));
		await().untilAsserted(() -> assertThat(instances(service)).containsExactly("i1", "other"));
		await().untilAsserted(() -> assertThat(this.app.endpoints(service)).hasSize(2));
		await().untilAsserted(() -> assertThat(meters().find("governance.loadbalancer.picks")
			.tags("service", service, "instance", "i1", "lane", "stable")
			.meters()).isEmpty());
		// Moved to another lane: counted anew there. Those that left do not fall out of
		// the sum.
		assertThat(picks(service, "i1", "success")).isZero();
		assertThat(picks(service, "other", "success")).isEqualTo(4);
	}

	@Test
	void countsBreakersByTheirState() {
		FaultyServer broken = this.app.server(Fault.BROKEN);
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(broken.port(), fine.port(), fine.port(), fine.port());
		for (int i = 0; i < 24; i++) {
			catchThrowable(() -> call("RestClient", service));
		}
		await().untilAsserted(() -> assertThat(meters().get("governance.loadbalancer.breaker.transitions")
			.tags("service", service, "scope", "instance", "state", "open")
			.counter()
			.count()).isEqualTo(1));
		assertThat(meters().get("governance.loadbalancer.breakers")
			.tags("service", service, "scope", "instance", "state", "open")
			.gauge()
			.value()).isEqualTo(1);
	}

	@Test
	void metersOfBreakersAreThereFromTheFirstCallOn() {
		String service = this.app.service(this.app.server(Fault.NONE).port());
		call("RestClient", service);
		for (String scope : List.of("service", "instance")) {
			for (String state : List.of("open", "half_open")) {
				assertThat(meters().get("governance.loadbalancer.breakers")
					.tags("service", service, "scope", scope, "state", state)
					.gauge()
					.value()).isZero();
				assertThat(meters().get("governance.loadbalancer.breaker.transitions")
					.tags("service", service, "scope", scope, "state", state)
					.counter()
					.count()).isZero();
			}
		}
		assertThat(meters().get("governance.loadbalancer.retries.exhausted").tag("service", service).counter().count())
			.isZero();
	}

	@Test
	void countsEjectionsByTheirReason() {
		int dead = FaultyServer.deadPort();
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(dead, fine.port(), fine.port());
		this.app.bean(ServiceBalancers.class).balancers().get(service).probed("i0", false, "no answer");
		await().untilAsserted(() -> assertThat(meters().get("governance.loadbalancer.ejections")
			.tags("service", service, "reason", "probe")
			.counter()
			.count()).isEqualTo(1));
		assertThat(meters().get("governance.loadbalancer.health")
			.tags("service", service, "state", "unhealthy")
			.gauge()
			.value()).isEqualTo(1);
		assertThat(meters().get("governance.loadbalancer.health")
			.tags("service", service, "state", "healthy")
			.gauge()
			.value()).isEqualTo(2);
	}

	@Test
	void tellsHowManyLanesAreInPanic() {
		String service = this.app.service(FaultyServer.deadPort(), FaultyServer.deadPort());
		await().untilAsserted(() -> assertThat(gauge("governance.loadbalancer.panic", service)).isZero());
		for (String id : List.of("i0", "i1")) {
			this.app.bean(ServiceBalancers.class).balancers().get(service).probed(id, false, "no answer");
		}
		await().untilAsserted(() -> assertThat(gauge("governance.loadbalancer.panic", service)).isPositive());
		for (String id : List.of("i0", "i1")) {
			this.app.bean(ServiceBalancers.class).balancers().get(service).probed(id, true, "answers");
		}
		await().untilAsserted(() -> assertThat(gauge("governance.loadbalancer.panic", service)).isZero());
	}

	@Test
	void tellsWhatIsKnownOfAService() {
		String service = this.app.service(FaultyServer.deadPort(), FaultyServer.deadPort());
		await().untilAsserted(() -> assertThat(
				meters().get("governance.discovery.instances").tags("service", service, "status", "up").gauge().value())
			.isEqualTo(2));
		assertThat(gauge("governance.discovery.connected", service)).isEqualTo(1);
		assertThat(gauge("governance.discovery.snapshot", service)).isZero();
		assertThat(gauge("governance.discovery.held", service)).isZero();
		assertThat(meters().get("governance.discovery.age").tag("service", service).timeGauge().value()).isZero();
	}

	private double gauge(String name, String service) {
		return meters().get(name).tag("service", service).gauge().value();
	}

	private double picks(String service, String instance, String outcome) {
		return meters().get("governance.loadbalancer.picks")
			.tags("service", service, "instance", instance, "outcome", outcome)
			.functionCounters()
			.stream()
			.mapToDouble(FunctionCounter::count)
			.sum();
	}

	private List<String> instances(String service) {
		return meters().find("governance.loadbalancer.picks")
			.tag("service", service)
			.meters()
			.stream()
			.map((meter) -> meter.getId().getTag("instance"))
			.distinct()
			.sorted()
			.collect(Collectors.toList());
	}

	private MeterRegistry meters() {
		return this.app.bean(MeterRegistry.class);
	}

	private String call(String client, String service) {
		String uri = "http://" + service + "/";
		return switch (client) {
			case "RestClient" ->
				this.app.bean(RestClient.Builder.class).build().get().uri(uri).retrieve().body(String.class);
			case "RestTemplate" -> this.app.bean(RestTemplate.class).getForObject(uri, String.class);
			default -> this.app.bean(WebClient.Builder.class)
				.build()
				.get()
				.uri(uri)
				.retrieve()
				.bodyToMono(String.class)
				.block();
		};
	}

	/** Clients that are observed. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(LocalBackendConfiguration.class)
	static class Observed {

		@Bean
		SimpleMeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Recorder recorder() {
			return new Recorder();
		}

		@Bean
		ObservationRegistry observations() {
			return ObservationRegistry.create();
		}

		@Bean
		@LoadBalanced
		RestClient.Builder restClientBuilder(ObservationRegistry observations) {
			return RestClient.builder()
				.requestFactory(new JdkClientHttpRequestFactory(HttpClient.newHttpClient()))
				.observationRegistry(observations);
		}

		@Bean
		@LoadBalanced
		RestTemplate restTemplate(ObservationRegistry observations) {
			RestTemplate template = new RestTemplate(new JdkClientHttpRequestFactory(HttpClient.newHttpClient()));
			template.setObservationRegistry(observations);
			return template;
		}

		@Bean
		@LoadBalanced
		WebClient.Builder webClientBuilder(ObservationRegistry observations) {
			return WebClient.builder().observationRegistry(observations);
		}

	}

	/** What a tracer would be told. */
	static final class Recorder implements ObservationHandler<Observation.Context> {

		final List<Seen> seen = new CopyOnWriteArrayList<>();

		@Override
		public void onStart(Observation.Context context) {
			context.put(Recorder.class, new CopyOnWriteArrayList<String>());
		}

		@Override
		public void onEvent(Observation.Event event, Observation.Context context) {
			context.<List<String>>getRequired(Recorder.class).add(event.getName() + ": " + event.getContextualName());
		}

		@Override
		public void onStop(Observation.Context context) {
			Map<String, String> keys = new TreeMap<>();
			for (KeyValue key : context.getHighCardinalityKeyValues()) {
				keys.put(key.getKey(), key.getValue());
			}
			this.seen.add(new Seen(String.valueOf(context.getName()), keys, context.getRequired(Recorder.class)));
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

	}

	/** An observation that has ended. */
	record Seen(String name, Map<String, String> keys, List<String> events) {
	}

}
