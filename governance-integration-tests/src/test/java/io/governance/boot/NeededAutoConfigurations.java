package io.governance.boot;

import java.util.List;
import java.util.stream.Stream;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves out what most tests are not about, a fifth of what a start takes. Nothing is
 * left out where all endpoints are exposed; {@code test.auto-configurations} names the
 * modules of Spring Boot of which nothing is left out.
 */
class NeededAutoConfigurations implements AutoConfigurationImportFilter, EnvironmentAware {

	private static final String BOOT = "org.springframework.boot.";

	private static final String ACTUATE = BOOT + "actuate.autoconfigure.";

	private static final String METRICS = BOOT + "micrometer.metrics.autoconfigure.";

	private static final String NEEDED = METRICS + "export.simple.";

	private static final List<String> UNNEEDED = List.of(ACTUATE + "beans.", ACTUATE + "condition.",
			ACTUATE + "context.", ACTUATE + "info.", ACTUATE + "logging.", ACTUATE + "management.", ACTUATE + "sbom.",
			ACTUATE + "scheduling.", ACTUATE + "startup.", ACTUATE + "web.exchanges.", ACTUATE + "web.mappings.",
			METRICS + "export.", METRICS + "jvm.", METRICS + "logging.", METRICS + "ssl.", METRICS + "startup.",
			METRICS + "system.", BOOT + "data.", BOOT + "jdbc.", BOOT + "persistence.",
			BOOT + "servlet.autoconfigure.MultipartAutoConfiguration",
			BOOT + "servlet.autoconfigure.actuate.web.exchanges.", BOOT + "servlet.autoconfigure.actuate.web.mappings.",
			BOOT + "tomcat.autoconfigure.metrics.", BOOT + "transaction.",
			BOOT + "webflux.autoconfigure.ReactiveMultipartAutoConfiguration",
			BOOT + "webflux.autoconfigure.actuate.web.exchanges.", BOOT + "webflux.autoconfigure.actuate.web.mappings.",
			BOOT + "webmvc.autoconfigure.actuate.web.mappings.", "org.springframework.cloud.client.hypermedia.",
			"org.springframework.cloud.openfeign.hateoas.");

	private boolean all;

	private List<String> needed = List.of();

	@Override
	public void setEnvironment(Environment environment) {
		this.all = environment.getProperty("management.endpoints.web.exposure.include", "").equals("*");
		this.needed = Stream.of(environment.getProperty("test.auto-configurations", String[].class, new String[0]))
			.map((module) -> BOOT + module + ".")
			.toList();
	}

	@Override
	public boolean[] match(String[] candidates, AutoConfigurationMetadata metadata) {
		boolean[] matches = new boolean[candidates.length];
		for (int i = 0; i < candidates.length; i++) {
			matches[i] = this.all || candidates[i] == null || isNeeded(candidates[i]);
		}
		return matches;
	}

	private boolean isNeeded(String candidate) {
		return candidate.startsWith(NEEDED) || UNNEEDED.stream().noneMatch(candidate::startsWith)
				|| this.needed.stream().anyMatch(candidate::startsWith);
	}

}
