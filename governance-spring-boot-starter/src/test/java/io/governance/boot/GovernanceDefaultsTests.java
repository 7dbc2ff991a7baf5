package io.governance.boot;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTestContextBootstrapper;
import org.springframework.core.env.Environment;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

@SpringBootTest
class GovernanceDefaultsTests {

	private static final String MIN_TIME = "governance.registry.drain.min-time";

	private static final String QUIET_PERIOD = "governance.registry.drain.quiet-period";

	@Autowired
	private Environment ofThisTest;

	@Test
	void testsWaitForNoCallersUnlessTheySaySo() {
		String mark = SpringBootTestContextBootstrapper.class.getName();
		MockEnvironment environment = new MockEnvironment().withProperty(mark, this.ofThisTest.getProperty(mark))
			.withProperty(QUIET_PERIOD, "1s");
		new GovernanceDefaults().postProcessEnvironment(environment, new SpringApplication(Application.class));
		assertThat(environment.getProperty(MIN_TIME)).isEqualTo("0s");
		assertThat(environment.getProperty(QUIET_PERIOD)).isEqualTo("1s");
	}

	@Test
	void applicationsWaitForTheirCallers() {
		MockEnvironment environment = new MockEnvironment();
		new GovernanceDefaults().postProcessEnvironment(environment, new SpringApplication(Application.class));
		assertThat(environment.containsProperty(MIN_TIME)).isFalse();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	static class Application {

	}

}
