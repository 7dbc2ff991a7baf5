package io.governance.boot.call;

import java.nio.file.Path;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.boot.TestFleet;
import io.governance.boot.backend.GovernanceBackendAutoConfiguration;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.discovery.GovernanceDiscoveryAutoConfiguration;
import io.governance.boot.gray.GovernanceGrayAutoConfiguration;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerAutoConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.boot.operations.GovernanceOperationsAutoConfiguration;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.registry.Instance;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.cloud.client.loadbalancer.LoadBalancerAutoConfiguration;
import org.springframework.cloud.commons.util.UtilAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What an application that calls nobody has of calls.
 */
@Timeout(60)
class UnusedCallsTests {

	private static final String REFUSING = """
			rules:
			- name: blue
			  service: carts
			  lane: blue
			  match: {header: {name: X-Blue, equals: "yes"}}
			  otherwise: refuse
			""";

	@TempDir
	private Path directory;

	private WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withClassLoader(new FilteredClassLoader("reactor"))
		.withConfiguration(AutoConfigurations.of(UtilAutoConfiguration.class, GovernanceBackendAutoConfiguration.class,
				GovernanceConfigAutoConfiguration.class, GovernanceDiscoveryAutoConfiguration.class,
				GovernanceGrayAutoConfiguration.class, GovernanceLoadBalancerAutoConfiguration.class,
				GovernanceCallAutoConfiguration.class, GovernanceCircuitBreakerAutoConfiguration.class,
				GovernanceOperationsAutoConfiguration.class, LoadBalancerAutoConfiguration.class));

	@BeforeEach
	void useADirectory() {
		this.runner = this.runner.withPropertyValues("governance.local.directory=" + this.directory,
				"spring.application.name=orders", "governance.config.cache.enabled=false");
	}

	@ParameterizedTest
	@ValueSource(strings = { "governanceServiceBalancers", "governanceCallGuards", "governanceBlockingCalls",
			"governanceCallInterceptor", "governanceCircuitBreakerRegistry", "governanceCircuitBreakerFactory",
			"governanceConfigOperations", "governanceServiceDirectory", "governanceConfiguredBalancers",
			"governance.call-io.governance.boot.call.GovernanceCallProperties",
			"governance.loadbalancer-io.governance.boot.loadbalancer.GovernanceLoadBalancerProperties",
			"governance.discovery-io.governance.boot.discovery.GovernanceDiscoveryProperties" })
	void areThereWhenSomebodyAsksAndNotBefore(String bean) {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeanFactory().containsSingleton(bean)).isFalse();
			assertThat(context.getBean(bean)).isNotNull();
		});
	}

	@Test
	void areThereFromTheStartWhereServicesAreKnownFromTheStart() {
		this.runner.withPropertyValues("governance.discovery.eager=carts")
			.run((context) -> assertThat(context.getBeanFactory().containsSingleton("governanceServiceBalancers"))
				.isTrue());
	}

	@ParameterizedTest
	@ValueSource(strings = { "governance.call.retry.max-tries=0", "governance.call.breaker.failure-rate=101",
			"governance.loadbalancer.algorithm=the-best", "governance.loadbalancer.health-check.probe=none-such",
			"governance.loadbalancer.panic-percent=101", "governance.loadbalancer.panic-percent=most",
			"governance.call.retry.max-tries=many", "governance.discovery.timeout=-1s",
			"governance.discovery.timeout=soon" })
	void haveTheirSettingsCheckedAtStart(String setting) {
		String property = setting.substring(0, setting.indexOf('='));
		this.runner.withPropertyValues(setting)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining(property));
	}

	@Test
	void ofTheApplicationFollowTheRulesToo() {
		new TestFleet(this.directory).save("gray.yaml", REFUSING);
		this.runner.withUserConfiguration(OwnBalancers.class).run((context) -> {
			assertThat(context).hasSingleBean(ServiceBalancers.class);
			put(context.getBean(Backend.class));
			ServiceBalancers balancers = context.getBean(ServiceBalancers.class);
			await().untilAsserted(() -> assertThat(balancers.pickOrWait("carts", "green")).isNotNull());
			assertThat(balancers.pickOrWait("carts", "blue")).isNull();
		});
	}

	private static void put(Backend backend) {
		backend.registry().put("carts", List.of(Instance.of("carts", "127.0.0.1", 8082).build()));
	}

	@Test
	void followTheRulesThatCameBeforeTheFirstCall() {
		TestFleet fleet = new TestFleet(this.directory);
		fleet.save("gray.yaml", REFUSING);
		this.runner.run((context) -> {
			put(context.getBean(Backend.class));
			assertThat(context.getBean(GrayRulesKeeper.class).rules().size()).isOne();
			assertThat(context.getBeanFactory().containsSingleton("governanceServiceBalancers")).isFalse();
			ServiceBalancers balancers = context.getBean(ServiceBalancers.class);
			await().untilAsserted(() -> assertThat(balancers.pickOrWait("carts", "green")).isNotNull());
			assertThat(balancers.pickOrWait("carts", "blue")).isNull();
			fleet.save("gray.yaml", "rules: []");
			await().untilAsserted(() -> assertThat(balancers.pickOrWait("carts", "blue")).isNotNull());
		});
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBalancers {

		@Bean
		ServiceBalancers balancers(ServiceDirectory directory, FirstList firstList) {
			return new ServiceBalancers(directory, firstList, (service) -> new RoundRobinLoadBalancer(), "");
		}

	}

}
