package io.governance.boot.call;

import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Both gateways are on the class path of all tests, and none is to become one by that:
 * {@code test.gateway} tells which one an application is.
 */
class GatewayFilter implements AutoConfigurationImportFilter, EnvironmentAware {

	private static final String ANY = "org.springframework.cloud.gateway.";

	private static final String SERVLET = ANY + "server.mvc.";

	private String gateway = "none";

	@Override
	public void setEnvironment(Environment environment) {
		this.gateway = environment.getProperty("test.gateway", "none");
	}

	@Override
	public boolean[] match(String[] candidates, AutoConfigurationMetadata metadata) {
		boolean[] matches = new boolean[candidates.length];
		for (int i = 0; i < candidates.length; i++) {
			matches[i] = candidates[i] == null || isWanted(candidates[i]);
		}
		return matches;
	}

	private boolean isWanted(String candidate) {
		if (!candidate.startsWith(ANY)) {
			return true;
		}
		return this.gateway.equals(candidate.startsWith(SERVLET) ? "webmvc" : "webflux");
	}

}
