package io.governance.boot.registry;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.core.Ordered;

/**
 * Tells of each servlet request that it has come.
 */
final class InboundCallsFilter implements Filter, Ordered {

	private final InboundCalls calls;

	private final ProbeRequests probes;

	InboundCallsFilter(InboundCalls calls, ProbeRequests probes) {
		this.calls = calls;
		this.probes = probes;
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		if (request instanceof HttpServletRequest http && !this.probes
			.matches(http.getRequestURI().substring(http.getContextPath().length()), http.getHeader("User-Agent"))) {
			this.calls.arrived();
		}
		chain.doFilter(request, response);
	}

}
