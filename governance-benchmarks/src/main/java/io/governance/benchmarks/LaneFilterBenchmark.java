package io.governance.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.gray.GovernanceGrayAutoConfiguration;
import io.governance.gray.LaneContext;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.web.context.servlet.AnnotationConfigServletWebApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.util.FileSystemUtils;

/**
 * What the filter that decides the lanes adds to a servlet request, by one rule with
 * 10,000 users or else a percentage.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(5)
@SuppressWarnings("NullAway.Init")
public class LaneFilterBenchmark {

	/** Whether the user is on the list, or in no lane. */
	@Param({ "gray", "stable" })
	public String lane;

	private Path directory;

	private AnnotationConfigServletWebApplicationContext context;

	private Filter filter;

	private LightRequest request;

	private final MockHttpServletResponse response = new MockHttpServletResponse();

	private LaneContext seen;

	private final FilterChain chain = (request, response) -> this.seen = LaneContext.current();

	/** Starts an application with the filter. */
	@Setup(Level.Trial)
	public void setUp() {
		String users = IntStream.range(0, 10_000).mapToObj((i) -> "user-" + i).collect(Collectors.joining(", "));
		try {
			this.directory = Files.createTempDirectory("lane-filter");
			Path rules = this.directory.resolve("config/default/default/gray.yaml");
			Files.createDirectories(rules.getParent());
			Files.writeString(rules, """
					rules:
					  - name: orders-v2
					    service: orders
					    lane: gray
					    match:
					      any:
					        - users: [%s]
					        - percentage: 0.01
					""".formatted(users));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.context = new AnnotationConfigServletWebApplicationContext();
		this.context.getEnvironment()
			.getPropertySources()
			.addFirst(new MapPropertySource("benchmark",
					Map.of("governance.backend", "local", "governance.local.directory", this.directory.toString(),
							"governance.config.cache.enabled", "false", "spring.application.name", "benchmark")));
		this.context.register(Application.class);
		this.context.refresh();
		this.filter = this.context.getBean("governanceLaneFilter", Filter.class);
		this.request = new LightRequest("X-User-ID", this.lane.equals("gray") ? "user-42" : "somebody");
	}

	/** Ends the application. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.context.close();
		try {
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A request that passes the filter.
	 * @return the lanes that the application sees
	 */
	@Benchmark
	public LaneContext withFilter() throws ServletException, IOException {
		this.request.reset();
		this.filter.doFilter(this.request, this.response, this.chain);
		return this.seen;
	}

	/**
	 * The same request without the filter.
	 * @return the lanes that the application sees
	 */
	@Benchmark
	public LaneContext withoutFilter() throws ServletException, IOException {
		this.request.reset();
		this.chain.doFilter(this.request, this.response);
		return this.seen;
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ GovernanceBackendAutoConfiguration.class, GovernanceConfigAutoConfiguration.class,
			GovernanceGrayAutoConfiguration.class })
	static class Application {

	}

}
