package io.governance.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.PropagatingSenderTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.mock.http.client.MockClientHttpResponse;
import org.springframework.web.client.RestClient;

/**
 * One call of a {@link RestClient} by the name of a service, which is answered at once
 * within the process: without a trace, with one that is sampled, made by OpenTelemetry
 * and sent nowhere, and with one that is told instance, lane and tries.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
@SuppressWarnings("NullAway.Init")
public class TracedCallBenchmark {

	private static final URI ORDER = URI.create("http://orders/1");

	private final List<AutoCloseable> open = new ArrayList<>();

	private final LastSpan last = new LastSpan();

	private RestClient plain;

	private RestClient traced;

	private RestClient told;

	/** Builds what is measured. */
	@Setup(Level.Trial)
	public void setUp() {
		SdkTracerProvider provider = SdkTracerProvider.builder()
			.setSampler(Sampler.alwaysOn())
			.addSpanProcessor(this.last)
			.build();
		this.open.add(provider);
		ObservationRegistry traces = traces(provider.get("benchmark"));
		RestClient.Builder untold = clients(new Unseen());
		this.plain = untold.clone().build();
		this.traced = untold.clone().observationRegistry(traces).build();
		this.told = clients(traces).observationRegistry(traces).build();
	}

	private RestClient.Builder clients(ObservationRegistry observations) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.initializers((created) -> created.getBeanFactory().registerSingleton("observationRegistry", observations))
			.properties(Map.of("spring.main.banner-mode", "off", "logging.level.root", "error", "governance.backend",
					"local", "governance.config.enabled", "false", "governance.registry.enabled", "false",
					"governance.gray.enabled", "false", "governance.discovery.backends", "static",
					"governance.discovery.static.orders",
					"http://127.0.0.1:1001?id=orders-1,http://127.0.0.1:1002?id=orders-2"))
			.run();
		this.open.add(context);
		return context.getBean(RestClient.Builder.class).requestFactory(new AnswersAtOnce());
	}

	private static ObservationRegistry traces(Tracer tracer) {
		OtelTracer bridge = new OtelTracer(tracer, new OtelCurrentTraceContext(), (event) -> {
		});
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig()
			.observationHandler(new PropagatingSenderTracingObservationHandler<>(bridge,
					new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()), tracer)));
		return registry;
	}

	/** Ends what was built. */
	@TearDown(Level.Trial)
	public void tearDown() throws Exception {
		for (AutoCloseable one : this.open) {
			one.close();
		}
	}

	/**
	 * Without a trace.
	 * @return the answer
	 */
	@Benchmark
	public @Nullable String plain() {
		return call(this.plain);
	}

	/**
	 * With a trace.
	 * @return the answer
	 */
	@Benchmark
	public @Nullable String traced() {
		return call(this.traced);
	}

	/**
	 * With a trace that is told instance, lane and tries.
	 * @return the answer
	 */
	@Benchmark
	public @Nullable String tracedAndTold() {
		return call(this.told);
	}

	private static @Nullable String call(RestClient client) {
		return client.get().uri(ORDER).retrieve().body(String.class);
	}

	/** The span that has ended last. */
	@Nullable ReadableSpan lastSpan() {
		return this.last.span;
	}

	/** An application that calls services. */
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@LoadBalanced
		RestClient.Builder clients() {
			return RestClient.builder();
		}

	}

	/** Whoever sees no observation tells it nothing. */
	private static final class Unseen implements ObservationRegistry {

		private final ObservationConfig config = new ObservationConfig();

		@Override
		public @Nullable Observation getCurrentObservation() {
			return null;
		}

		@Override
		public Observation.@Nullable Scope getCurrentObservationScope() {
			return null;
		}

		@Override
		public void setCurrentObservationScope(Observation.@Nullable Scope scope) {
		}

		@Override
		public ObservationConfig observationConfig() {
			return this.config;
		}

	}

	/** Asks nobody. */
	private static final class AnswersAtOnce implements ClientHttpRequestFactory {

		private static final byte[] ANSWER = "answer".getBytes(StandardCharsets.UTF_8);

		@Override
		public ClientHttpRequest createRequest(URI uri, HttpMethod method) {
			return new MockClientHttpRequest(method, uri) {

				@Override
				protected ClientHttpResponse executeInternal() throws IOException {
					MockClientHttpResponse answer = new MockClientHttpResponse(ANSWER, HttpStatus.OK);
					answer.getHeaders().setContentLength(ANSWER.length);
					return answer;
				}

			};
		}

	}

	/** Sends spans nowhere. */
	private static final class LastSpan implements SpanProcessor {

		private volatile @Nullable ReadableSpan span;

		@Override
		public void onStart(Context parent, ReadWriteSpan span) {
		}

		@Override
		public boolean isStartRequired() {
			return false;
		}

		@Override
		public void onEnd(ReadableSpan span) {
			this.span = span;
		}

		@Override
		public boolean isEndRequired() {
			return true;
		}

	}

}
