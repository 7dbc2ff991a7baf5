package io.governance.ecosystem;

import java.net.URL;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.devtools.restart.classloader.RestartClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;

class DevToolsTests {

	private static final String MIN_TIME = "governance.registry.drain.min-time";

	private static final String QUIET_PERIOD = "governance.registry.drain.quiet-period";

	@TempDir
	private Path fleet;

	@Test
	void restartOfTheDeveloperToolsWaitsForNoCallers() throws Exception {
		try (ConfigurableApplicationContext restarted = start(restartClassLoader())) {
			Environment environment = restarted.getEnvironment();
			assertThat(environment.getProperty(MIN_TIME)).isEqualTo("0s");
			assertThat(environment.getProperty(QUIET_PERIOD)).isEqualTo("0s");
		}
	}

	@Test
	void whatIsSetHoldsForARestartOfTheDeveloperToolsToo() throws Exception {
		try (ConfigurableApplicationContext restarted = start(restartClassLoader(), QUIET_PERIOD + "=1s")) {
			Environment environment = restarted.getEnvironment();
			assertThat(environment.getProperty(MIN_TIME)).isEqualTo("0s");
			assertThat(environment.getProperty(QUIET_PERIOD)).isEqualTo("1s");
		}
	}

	@Test
	void drainsAsElsewhereWithoutARestartOrWithoutItsDefaults() throws Exception {
		try (ConfigurableApplicationContext plain = start(getClass().getClassLoader());
				ConfigurableApplicationContext restarted = start(restartClassLoader(),
						"spring.devtools.add-properties=false")) {
			assertThat(plain.getEnvironment().getProperty(MIN_TIME)).isNull();
			assertThat(restarted.getEnvironment().getProperty(MIN_TIME)).isNull();
		}
	}

	private RestartClassLoader restartClassLoader() {
		return new RestartClassLoader(getClass().getClassLoader(), new URL[0]);
	}

	private ConfigurableApplicationContext start(ClassLoader classLoader, String... properties) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.resourceLoader(new DefaultResourceLoader(classLoader))
			.environment(new UnsetEnvironment())
			.properties("governance.local.directory=" + this.fleet, "spring.main.banner-mode=off")
			.properties(properties)
			.run();
	}

	/** The build sets how long to drain as a system property. */
	private static final class UnsetEnvironment extends StandardEnvironment {

		@Override
		protected void customizePropertySources(MutablePropertySources propertySources) {
			// none
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	static class Application {

	}

}
