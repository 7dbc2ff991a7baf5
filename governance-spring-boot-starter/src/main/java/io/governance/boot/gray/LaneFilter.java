package io.governance.boot.gray;

import java.io.IOException;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;

import io.governance.gray.GrayDecision;

/**
 * Decides the lanes of a servlet request once, and makes them current for all of its
 * dispatches.
 */
final class LaneFilter extends OncePerRequestFilter implements Ordered {

	/** After the filter that takes the caller's address from forwarded headers. */
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 50;

	private static final String DECIDED = GrayDecision.class.getName();

	private final LaneDecision decision;

	LaneFilter(LaneDecision decision) {
		this.decision = decision;
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	protected boolean shouldNotFilterAsyncDispatch() {
		return false;
	}

	@Override
	protected boolean shouldNotFilterErrorDispatch() {
		return false;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		GrayDecision.Scope scope = decision(request).open();
		try {
			chain.doFilter(request, response);
		}
		finally {
			scope.close();
		}
	}

	private GrayDecision decision(HttpServletRequest request) {
		if (request.getAttribute(DECIDED) instanceof GrayDecision decided) {
			return decided;
		}
		GrayDecision decision = this.decision.decide(new ServletInbound(request));
		request.setAttribute(DECIDED, decision);
		return decision;
	}

	private record ServletInbound(HttpServletRequest request) implements LaneDecision.Inbound {

		@Override
		public @Nullable String header(String name) {
			return this.request.getHeader(name);
		}

		@Override
		public boolean isFrom(TrustedPeers peers) {
			return peers.trusts(this.request.getRemoteAddr());
		}

	}

}
