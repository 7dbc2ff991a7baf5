package io.governance.boot.gray;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Value;
import io.governance.boot.TestFleet;
import io.governance.gray.Exposure;
import io.governance.gray.ExposureListener;
import io.governance.gray.Features;
import io.governance.gray.GrayContext;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Figures of gray release, and what code asks for, in running applications. */
@Timeout(120)
class GrayFiguresTests {

	private static final String RULES = """
			rules:
			  - {name: v2, service: orders, lane: gray, match: {users: [ann]}}
			  - {name: watch, service: orders, lane: blue, observe: true, match: {users: [ann, bob]}}
			  - {name: checkout, feature: new-checkout, match: {users: [ann]}}
			  - {name: button, experiment: {A: 1}, match: {users: [ann]}}
			""";

	private final HttpClient http = HttpClient.newHttpClient();

	private TestFleet fleet;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.fleet.save("gray.yaml", RULES);
	}

	@AfterEach
	void closeApplication() {
		this.application.close();
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void requestsAreTimedByRuleLaneAndVariant(WebApplicationType type) {
		start(type);
		get("ok", "ann");
		get("ok", "bob");
		get("fails", "ann");
		get("absent", "ann");
		// The caller has its answer before the request has ended.
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(requests("v2", "gray", "success")).isEqualTo(1);
			assertThat(requests("v2", "gray", "failure")).isEqualTo(1);
			assertThat(requests("v2", "gray", "client_error")).isEqualTo(1);
			assertThat(requests("none", "stable", "success")).isEqualTo(1);
		});
		await().atMost(Duration.ofSeconds(10)).until(() -> variantRequests("success") == 1);
		assertThat(matches("v2", "route")).isEqualTo(3);
		assertThat(matches("watch", "observe")).isEqualTo(4);
		assertThat(matches("checkout", "feature")).isEqualTo(3);
		assertThat(matches("button", "experiment")).isEqualTo(3);
	}

	@Test
	void asynchronousRequestsAreTimedUntilTheyAreComplete() {
		start(WebApplicationType.SERVLET);
		get("later", "ann");
		await().atMost(Duration.ofSeconds(10)).until(() -> requests("v2", "gray", "success") == 1);
		assertThat(timer("v2", "gray", "success").totalTime(TimeUnit.MILLISECONDS)).isGreaterThanOrEqualTo(50);
	}

	@Test
	void lanesFromTrustedPeersAreTimedTooAndBoundedInNumber() {
		start(WebApplicationType.SERVLET);
		for (int i = 0; i < 60; i++) {
			get("ok", "bob", "X-Governance-Lane", "lane" + i);
		}
		await().atMost(Duration.ofSeconds(10)).until(() -> requests("none", "other", "success") == 10);
		assertThat(requests("none", "lane7", "success")).isEqualTo(1);
		assertThat(registry().find("governance.gray.requests").timers()).hasSize(51);
	}

	@Test
	void metersOfRulesThatAreGoneAreRemoved() {
		start(WebApplicationType.SERVLET);
		get("ok", "ann");
		await().atMost(Duration.ofSeconds(10)).until(() -> variantRequests("success") == 1);
		this.fleet.save("gray.yaml", "rules: [{name: watch, service: orders, lane: blue, match: {users: [ann, bob]}}]");
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(registry().find("governance.gray.matches").tag("rule", "v2").meter()).isNull();
			assertThat(registry().find("governance.gray.requests").tag("rule", "v2").meter()).isNull();
			assertThat(registry().find("governance.gray.variant.requests").meter()).isNull();
			assertThat(registry().find("governance.gray.matches").tags("rule", "watch", "effect", "route").meter())
				.isNotNull();
		});
		get("ok", "bob");
		assertThat(matches("watch", "route")).isEqualTo(1);
		assertThat(registry().find("governance.gray.matches").tag("effect", "observe").meter()).isNull();
		await().atMost(Duration.ofSeconds(10))
			.until(() -> registry().get("governance.gray.changes").tag("result", "applied").counter().count() == 1);
	}

	@Test
	void refusedRulesAreSeen() {
		start(WebApplicationType.SERVLET);
		assertThat(registry().get("governance.gray.rules").gauge().value()).isEqualTo(4);
		assertThat(registry().get("governance.gray.rejected").gauge().value()).isZero();
		this.fleet.save("gray.yaml", "rules: [");
		await().atMost(Duration.ofSeconds(10))
			.until(() -> registry().get("governance.gray.rejected").gauge().value() == 1);
		assertThat(registry().get("governance.gray.rules").gauge().value()).isEqualTo(4);
		await().atMost(Duration.ofSeconds(10))
			.until(() -> registry().get("governance.gray.changes").tag("result", "rejected").counter().count() == 1);
	}

	@Test
	void exposuresTellHashedUsersOnceInARequest() {
		start(WebApplicationType.SERVLET, "governance.gray.exposure.metrics=true", "governance.gray.exposure.log=true",
				"governance.gray.exposure.salt=pepper");
		assertThat(get("variant", "ann")).isEqualTo("A A");
		assertThat(get("variant", "bob")).isEqualTo("null null");
		Listener listener = this.application.getBean(Listener.class);
		await().atMost(Duration.ofSeconds(10)).until(() -> listener.told.size() == 1);
		assertThat(listener.told.get(0).user()).matches("[0-9a-f]{32}");
		// Counted after it is told.
		await().atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(
					registry().find("governance.gray.exposures").tags("experiment", "button", "variant", "A").counter())
				.isNotNull()
				.returns(1.0, Counter::count));
		assertThat(get("variant", "ann")).isEqualTo("A A");
		await().atMost(Duration.ofSeconds(10)).until(() -> listener.told.size() == 2);
		assertThat(listener.told.get(1).user()).isEqualTo(listener.told.get(0).user());
	}

	@Test
	void exposuresAreSampledByUser() {
		start(WebApplicationType.SERVLET, "governance.gray.exposure.sample=0",
				"governance.gray.exposure.hash-users=false");
		get("variant", "ann");
		Exposures exposures = this.application.getBean(Exposures.class);
		assertThat(exposures.dropped()).isZero();
		assertThat(this.application.getBean(Listener.class).told).isEmpty();
	}

	@Test
	void listenerThatHangsHarmsNoRequest() throws InterruptedException {
		start(WebApplicationType.SERVLET);
		Listener listener = this.application.getBean(Listener.class);
		listener.hangs = new CountDownLatch(1);
		Features features = this.application.getBean(Features.class);
		for (int i = 0; i < 5000; i++) {
			features.variant("button", GrayContext.ofUser("ann"));
		}
		assertThat(this.application.getBean(Exposures.class).dropped()).isGreaterThanOrEqualTo(900);
		listener.hangs.countDown();
		await().atMost(Duration.ofSeconds(10)).until(() -> listener.told.size() > 4000);
		assertThat(registry().get("governance.gray.exposures.dropped").functionCounter().count()).isPositive();
	}

	@Test
	void openFeatureAsksTheGrayRules() {
		start(WebApplicationType.SERVLET);
		Client client = OpenFeatureAPI.getInstance().getClient();
		assertThat(OpenFeatureAPI.getInstance().getProviderMetadata().getName()).isEqualTo("governance");
		FlagEvaluationDetails<Boolean> on = client.getBooleanDetails("new-checkout", false,
				new ImmutableContext("ann"));
		assertThat(on.getValue()).isTrue();
		assertThat(on.getVariant()).isEqualTo("on");
		assertThat(on.getReason()).isEqualTo("TARGETING_MATCH");
		assertThat(on.getFlagMetadata().getString("kind")).isEqualTo("feature");
		assertThat(client.getBooleanValue("new-checkout", true, new ImmutableContext("bob"))).isFalse();
		assertThat(client.getStringValue("button", "B", new ImmutableContext("ann"))).isEqualTo("A");
		assertThat(client.getStringValue("button", "B", new ImmutableContext("bob"))).isEqualTo("B");
		assertThat(client.getObjectValue("button", new Value("B"), new ImmutableContext("ann")).asString())
			.isEqualTo("A");
		assertThat(client.getBooleanDetails("nobody", true).getErrorCode()).isEqualTo(ErrorCode.FLAG_NOT_FOUND);
		assertThat(client.getBooleanDetails("button", true).getErrorCode()).isEqualTo(ErrorCode.TYPE_MISMATCH);
		assertThat(client.getIntegerDetails("button", 3).getValue()).isEqualTo(3);
		assertThat(get("flag", "ann")).isEqualTo("true");
		assertThat(get("flag", "bob")).isEqualTo("false");
		this.application.close();
		assertThat(OpenFeatureAPI.getInstance().getProviderMetadata().getName()).isNotEqualTo("governance");
	}

	@Test
	void openFeatureAsksTheGrayRulesAlsoWhenAChildOfTheApplicationHasClosed() {
		start(WebApplicationType.SERVLET);
		new SpringApplicationBuilder(Application.class).parent(this.application)
			.web(WebApplicationType.NONE)
			.run()
			.close();
		Client client = OpenFeatureAPI.getInstance().getClient();
		assertThat(client.getBooleanValue("new-checkout", false, new ImmutableContext("ann"))).isTrue();
	}

	private void start(WebApplicationType type, String... properties) {
		this.application = this.fleet.start(type, Application.class, properties);
	}

	private MeterRegistry registry() {
		return this.application.getBean(MeterRegistry.class);
	}

	private long requests(String rule, String lane, String outcome) {
		Timer timer = timer(rule, lane, outcome);
		return (timer != null) ? timer.count() : 0;
	}

	private Timer timer(String rule, String lane, String outcome) {
		return registry().find("governance.gray.requests")
			.tags("service", "orders", "rule", rule, "lane", lane, "outcome", outcome)
			.timer();
	}

	private long variantRequests(String outcome) {
		Timer timer = registry().find("governance.gray.variant.requests")
			.tags("experiment", "button", "variant", "A", "outcome", outcome)
			.timer();
		return (timer != null) ? timer.count() : 0;
	}

	private double matches(String rule, String effect) {
		FunctionCounter counter = registry().get("governance.gray.matches")
			.tags("rule", rule, "effect", effect)
			.functionCounter();
		return counter.count();
	}

	private String get(String path, String user, String... headers) {
		String port = this.application.getEnvironment().getProperty("local.server.port");
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
			.header("X-User-ID", user);
		if (headers.length > 0) {
			request.headers(headers);
		}
		try {
			return this.http.send(request.build(), BodyHandlers.ofString()).body();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller(Features features) {
			return new Controller(features);
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

	static final class Listener implements ExposureListener {

		private final List<Exposure> told = new CopyOnWriteArrayList<>();

		private volatile CountDownLatch hangs = new CountDownLatch(0);

		@Override
		public void onExposure(Exposure exposure) {
			try {
				this.hangs.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			this.told.add(exposure);
		}

	}

	@RestController
	static class Controller {

		private final Features features;

		Controller(Features features) {
			this.features = features;
		}

		@GetMapping("/ok")
		String ok() {
			return "ok";
		}

		@GetMapping("/fails")
		String fails() {
			throw new IllegalStateException("asked for");
		}

		@GetMapping("/later")
		Callable<String> later() {
			return () -> {
				new CountDownLatch(1).await(60, TimeUnit.MILLISECONDS);
				return "ok";
			};
		}

		@GetMapping("/variant")
		String variant() {
			return this.features.variant("button") + " " + this.features.variant("button");
		}

		@GetMapping("/flag")
		String flag() {
			return String.valueOf(OpenFeatureAPI.getInstance().getClient().getBooleanValue("new-checkout", false));
		}

	}

}
