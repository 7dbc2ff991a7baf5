package io.governance.boot.registry;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

class ProbeRequestsTests {

	private final MockEnvironment environment = new MockEnvironment();

	@ParameterizedTest
	@ValueSource(strings = { "/actuator", "/actuator/health/readiness", "/live", "/live/" })
	void knowsProbesByTheirPath(String path) {
		assertThat(probes().matches(path, "Mozilla/5.0")).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/", "/orders", "/actuators", "/lively" })
	void countsWhateverElseIsAskedFor(String path) {
		assertThat(probes().matches(path, null)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "kube-probe/1.31", "Consul Health Check", "ELB-HealthChecker/2.0", "GoogleHC/1.0" })
	void knowsProbesByWhoAsks(String agent) {
		assertThat(probes().matches("/orders", agent)).isTrue();
	}

	@Test
	void followsWhereActuatorIs() {
		this.environment.setProperty("management.endpoints.web.base-path", "/manage");
		assertThat(probes().matches("/manage/health", null)).isTrue();
		assertThat(probes().matches("/actuator/health", null)).isFalse();
		this.environment.setProperty("management.endpoints.web.base-path", "/");
		assertThat(probes().matches("/orders", null)).as("everything is below it").isFalse();
	}

	private ProbeRequests probes() {
		return ProbeRequests.of(List.of("/live/"), this.environment);
	}

}
