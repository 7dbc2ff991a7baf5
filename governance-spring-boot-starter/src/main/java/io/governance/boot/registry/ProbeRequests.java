package io.governance.boot.registry;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Tells requests that only look whether this instance lives: those to the endpoints of
 * Actuator, those to paths that are configured, and those of well-known probers. They go
 * on for as long as it is there.
 */
final class ProbeRequests {

	private static final List<String> PROBERS = List.of("kube-probe/", "Consul Health Check", "ELB-HealthChecker/",
			"GoogleHC/");

	private final List<String> paths;

	private ProbeRequests(List<String> paths) {
		this.paths = paths;
	}

	/**
	 * The probes of an application.
	 * @param configured the paths that are configured
	 * @param environment tells where the endpoints of Actuator are
	 * @return the probes
	 */
	static ProbeRequests of(List<String> configured, Environment environment) {
		List<String> paths = new ArrayList<>(configured);
		String endpoints = environment.getProperty("management.endpoints.web.base-path", "/actuator");
		if (StringUtils.hasText(endpoints.replace("/", ""))) {
			paths.add(endpoints);
		}
		return new ProbeRequests(paths.stream().map(ProbeRequests::withoutSlash).toList());
	}

	private static String withoutSlash(String path) {
		return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
	}

	/**
	 * Whether a request is a probe.
	 * @param path its path within the application
	 * @param agent its {@code User-Agent}
	 * @return {@code true} if nobody waits for the work of the application
	 */
	boolean matches(String path, @Nullable String agent) {
		for (String probe : this.paths) {
			if (path.startsWith(probe) && (path.length() == probe.length() || path.charAt(probe.length()) == '/')) {
				return true;
			}
		}
		return agent != null && PROBERS.stream().anyMatch(agent::startsWith);
	}

}
