package io.governance.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.governance.boot.config.LiveConfig;
import jakarta.validation.constraints.Min;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class InvalidSettingTests {

	@TempDir
	private Path directory;

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					governance.loadbalancer.algorithm                 | round-rubin | one of [consistent-hash, least-in-flight, p2c, random
					governance.loadbalancer.services.orders.algorithm | fastest     | one of [consistent-hash, least-in-flight, p2c, random
					governance.loadbalancer.services.orders.algorithm | ''          | There is no algorithm given
					governance.loadbalancer.panic-percent             | 101         | must be 0 to 100, not 101
					governance.loadbalancer.slow-start                | -1s         | must not be negative
					governance.loadbalancer.outlier.max-time          | 1s          | must not be less than baseTime
					governance.loadbalancer.services.orders.zone.min-instances | 0  | must be 1 or more, not 0
					governance.loadbalancer.services.orders.outlier.warn-consecutive-failures | 9 | must be 1 to 5, not 9
					governance.loadbalancer.health-check.probe        | icmp        | one of [grpc, http, none, tcp]
					governance.loadbalancer.health-check.interval     | 1ms         | must be 100 ms or more
					governance.gray.trusted-peers                     | 10.0.0.0/33 | is neither an IP address nor a network
					governance.gray.lane-header                       | X Lane      | is not the name of a header
					governance.gray.user-header                       | X-User:     | is not the name of a header
					governance.registry.service                       | or/ders     | Not a valid service name
					governance.registry.instance.id                   | a b         | Not a valid instance id
					governance.registry.instance.host                 | a b         | Not a valid host
					governance.registry.instance.port                 | 65536       | 1 to 65535
					governance.registry.instance.zone                 | a b         | Not a valid zone
					governance.registry.instance.version              | 1,2         | Not a valid version
					governance.registry.instance.lane                 | a b         | Not a valid lane
					governance.registry.instance.weight               | 10001       | 0 to 10000
					""")
	void failureAnalysisNamesThePropertyToSet(String property, String value, String problem, CapturedOutput output) {
		TestFleet fleet = new TestFleet(this.directory);
		assertThatThrownBy(() -> fleet.start(Application.class, property + "=" + value));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsPattern("Description:\\s+" + property.replace(".", "\\.") + ": ")
			.contains(problem);
	}

	@ParameterizedTest
	@CsvSource({ "spring.application.name, my orders", "governance.namespace, a/b", "governance.config.group, a b",
			"spring.profiles.active, dev@home", "governance.gray.document, my rules" })
	void failureAnalysisOfANameTellsWhatToDo(String property, String value, CapturedOutput output) {
		TestFleet fleet = new TestFleet(this.directory);
		assertThatThrownBy(() -> fleet.start(Application.class, property + "=" + value));
		assertThat(output)
			.containsPattern("Description:\\s+" + property.replace(".", "\\.") + ": '" + value + "' is not")
			.containsPattern("Action:\\s+Set " + property.replace(".", "\\.") + " to a name that is allowed");
	}

	@Test
	void failureAnalysisTellsThatRemoteConfigWasNotImported(CapturedOutput output) {
		TestFleet fleet = new TestFleet(this.directory);
		fleet.save("orders.yaml", "pool.size: 5");
		assertThatThrownBy(() -> fleet.start(LiveApplication.class, "spring.config.import="));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsPattern("Action:\\s+Mend the property pool\\.size in application\\.yml")
			.contains("set spring.config.import=governance:")
			.doesNotContain("last good config");
	}

	@Test
	void applicationWithoutRemoteConfigSaysSo(CapturedOutput output) {
		String line = "No remote config is read: spring.config.import does not name governance:";
		TestFleet fleet = new TestFleet(this.directory);
		fleet.start(LiveApplication.class, "spring.config.import=governance:", "pool.size=5").close();
		fleet.start(LiveApplication.class, "spring.config.import=", "pool.size=5", "governance.config.enabled=false")
			.close();
		assertThat(output).doesNotContain(line);
		fleet.start(LiveApplication.class, "spring.config.import=", "pool.size=5").close();
		assertThat(output).contains(line);
	}

	@Test
	void failureAnalysisTellsHowToStartWhenConfigCannotBeImported(CapturedOutput output) throws IOException {
		TestFleet fleet = new TestFleet(Files.createFile(this.directory.resolve("file")));
		assertThatThrownBy(() -> fleet.start(Application.class,
				"governance.config.cache.directory=" + this.directory.resolve("cache")));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Backend 'local' cannot be used")
			.contains("Check the properties below governance.local")
			.contains("spring.config.import=optional:governance:");
	}

	@Test
	void failureAnalysisDoesNotBlameConfigWhenServicesCannotBeListed(CapturedOutput output) throws IOException {
		TestFleet fleet = new TestFleet(Files.createFile(this.directory.resolve("file")));
		assertThatThrownBy(() -> fleet.start(AskingApplication.class, "spring.config.import=optional:governance:",
				"governance.config.cache.directory=" + this.directory.resolve("cache")));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Backend 'local' cannot be used")
			.contains("Check the properties below governance.local")
			.containsPattern("If it was the import of config that failed")
			.doesNotContain("remote config cannot be read");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class LiveApplication {

		@Bean
		String size(LiveConfig<Pool> pool) {
			return "size " + pool.get().size();
		}

	}

	@ConfigurationProperties("pool")
	record Pool(@Min(1) int size) {
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class AskingApplication {

		@Bean
		List<String> services(DiscoveryClient discovery) {
			return discovery.getServices();
		}

	}

}
