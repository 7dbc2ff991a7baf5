package io.governance.boot;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.boot.call.GovernanceCallAutoConfiguration;
import io.governance.boot.call.GovernanceCalls;
import io.governance.boot.call.GovernanceCircuitBreakerAutoConfiguration;
import io.governance.boot.call.GovernancePlainCallsAutoConfiguration;
import io.governance.boot.call.GovernanceReactiveCalls;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.config.LiveConfigFactory;
import io.governance.boot.discovery.GovernanceDiscoveryAutoConfiguration;
import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.boot.gray.GovernanceGrayAutoConfiguration;
import io.governance.boot.gray.GovernanceGrayFeaturesAutoConfiguration;
import io.governance.boot.gray.GovernanceNoFeaturesAutoConfiguration;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerAutoConfiguration;
import io.governance.boot.registry.GovernanceRegistryAutoConfiguration;
import io.governance.gray.Features;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class SwitchesTests {

	private static final List<String> ALL = List.of("governanceBackend", "governanceServiceDirectory",
			"governanceDiscoveryClient", "governanceReactiveDiscoveryClient", "governanceServiceBalancers",
			"governanceLoadBalancerClient", "governanceLoadBalancerFactory", "governanceCallInterceptor",
			"governanceExchangeFilter", "governanceCircuitBreakerFactory", "governanceRegistrationKeeper",
			"governanceRegistration", "governanceInstanceRegistrar", "governanceGrayRulesKeeper",
			"governanceLaneDecision", "governanceLaneFilter", "governanceLaneRequestTransformer");

	@TempDir
	private Path directory;

	private WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(UtilAutoConfiguration.class, GovernanceBackendAutoConfiguration.class,
				GovernanceConfigAutoConfiguration.class, GovernanceDiscoveryAutoConfiguration.class,
				GovernanceLoadBalancerAutoConfiguration.class, GovernanceCallAutoConfiguration.class,
				GovernanceCircuitBreakerAutoConfiguration.class, GovernancePlainCallsAutoConfiguration.class,
				GovernanceGrayAutoConfiguration.class, GovernanceGrayFeaturesAutoConfiguration.class,
				GovernanceNoFeaturesAutoConfiguration.class, GovernanceRegistryAutoConfiguration.class));

	@BeforeEach
	void useADirectory() {
		this.runner = this.runner.withPropertyValues("governance.local.directory=" + this.directory,
				"spring.application.name=orders", "governance.registry.instance.port=8081",
				"governance.config.cache.enabled=false");
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			governance.some-other.enabled, nothing
			governance.enabled, governance.*
			governance.discovery.enabled, .*Discovery.*|.*Directory|.*Balancer.*|governanceExchangeFilter|governanceC.*
			governance.loadbalancer.enabled, .*Balancer.*|governanceExchangeFilter|governanceC.*
			governance.registry.enabled, governanceRegistration.*|governanceInstanceRegistrar
			governance.gray.enabled, .*Gray.*|governanceLane.*
			""")
	void switchTakesAwayItsBeansAndNoOthers(String property, String absent) {
		List<String> expected = new ArrayList<>(ALL);
		expected.removeIf((name) -> name.matches(absent));
		this.runner.withPropertyValues(property + "=false").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(ALL.stream().filter(context::containsBean)).containsExactlyElementsOf(expected);
			assertThat(context).hasSingleBean(LiveConfigFactory.class);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "governance.some-other.enabled", "governance.enabled", "governance.discovery.enabled",
			"governance.loadbalancer.enabled", "governance.registry.enabled", "governance.gray.enabled" })
	void whatCodeAsksForIsThereWhateverIsSwitchedOff(String property) {
		this.runner.withPropertyValues(property + "=false").run((context) -> {
			GovernanceCalls calls = context.getBean(GovernanceCalls.class).within(Duration.ofSeconds(30));
			assertThat(calls.call(() -> "answer", (failure) -> "fallback")).isEqualTo("answer");
			assertThat(calls.<String>call(() -> {
				throw new IOException();
			}, (failure) -> "fallback")).isEqualTo("fallback");
			Mono<String> reactive = context.getBean(GovernanceReactiveCalls.class)
				.within(Duration.ofSeconds(30))
				.call(Mono.error(new IOException()), (failure) -> Mono.just("fallback"));
			assertThat(reactive.block()).isEqualTo("fallback");
			assertThat(context.getBean(Features.class).isOn("new-checkout")).isFalse();
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { ServiceDirectory.class, RegistrationKeeper.class, LoadBalancerClient.class,
			ReactiveLoadBalancer.Factory.class, GrayRulesKeeper.class, Backend.class, LiveConfigFactory.class })
	void beanOfTheUserTakesThePlaceOfOurs(Class<?> type) {
		this.runner.run((context) -> assertThat(namesOf(type, context)).hasSize(1).doesNotContain("mine"));
		defining(type)
			.run((context) -> assertThat(namesOf(type, context.getSourceApplicationContext())).containsExactly("mine"));
	}

	private static List<String> namesOf(Class<?> type, ApplicationContext context) {
		return Arrays.asList(context.getBeanNamesForType(type));
	}

	private <T> WebApplicationContextRunner defining(Class<T> type) {
		return this.runner.withBean("mine", type, () -> (type == Backend.class)
				? type.cast(LocalBackendConfiguration.in(this.directory)) : Mockito.mock(type));
	}

}
