package io.governance.etcd;

import java.util.Arrays;
import java.util.Map;

import io.netty.util.Version;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class EtcdDependenciesTests {

	@Test
	@DisplayName("(b) (c) 10 Netty is one without CVE-2026-45416")
	void nettyHasNoKnownHole() {
		Map<String, Version> versions = Version.identify();
		assertThat(versions).containsKeys("netty-handler", "netty-codec-http2");
		versions.values()
			.stream()
			.filter((version) -> !version.artifactId().contains("tcnative"))
			.forEach((version) -> {
				int[] numbers = Arrays.stream(version.artifactVersion().split("\\."))
					.limit(3)
					.mapToInt(Integer::parseInt)
					.toArray();
				assertThat(numbers[0] * 1_000_000 + numbers[1] * 1_000 + numbers[2]).as(version.toString())
					.isGreaterThanOrEqualTo(4_002_015);
			});
	}

}
