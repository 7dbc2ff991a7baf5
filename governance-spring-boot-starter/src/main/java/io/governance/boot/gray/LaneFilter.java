package io.governance.boot.gray;

import java.io.IOException;
import java.security.Principal;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.filter.ServerHttpObservationFilter;

import io.governance.gray.GrayDecision;

/**
 * Decides the lanes of a servlet request once, and makes them current for all of its
 * dispatches. By default before all other filters, so that nobody reads headers of lanes
 * that are not to be trusted.
 */
final class LaneFilter extends OncePerRequestFilter implements Ordered {

	private static final String DECIDED = GrayDecision.class.getName();

	private static final String FILTERED = LaneFilter.class.getName() + ".FILTERED";

	/** The attribute with whom the connection comes from, where the server tells. */
	static final String PEER = LaneFilter.class.getName() + ".PEER";

	private static final String SPOOFED = LaneFilter.class.getName() + ".SPOOFED";

	private final LaneDecision decision;

	LaneFilter(LaneDecision decision) {
		this.decision = decision;
	}

	@Override
	public int getOrder() {
		return this.decision.order();
	}

	@Override
	protected String getAlreadyFilteredAttributeName() {
		return FILTERED;
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
			chain.doFilter((request.getAttribute(SPOOFED) != null) ? stripped(request) : request, response);
		}
		finally {
			scope.close();
		}
	}

	private GrayDecision decision(HttpServletRequest request) {
		if (request.getAttribute(DECIDED) instanceof GrayDecision decided) {
			return decided;
		}
		ServletInbound inbound = new ServletInbound(this.decision.settings(), request);
		LaneDecision.Told told = this.decision.told(inbound);
		if (told.spoofed()) {
			request.setAttribute(SPOOFED, Boolean.TRUE);
		}
		GrayDecision decision = this.decision.decide(inbound, told);
		request.setAttribute(DECIDED, decision);
		// There already, where this filter was given a later place.
		ServerHttpObservationFilter.findObservationContext(request)
			.ifPresent((context) -> LaneObservations.tell(context, decision));
		return decision;
	}

	private HttpServletRequest stripped(HttpServletRequest request) {
		return new StrippedRequest(request, this.decision.carrier());
	}

	private static final class ServletInbound extends Inbound {

		private final HttpServletRequest request;

		ServletInbound(Settings settings, HttpServletRequest request) {
			super(settings);
			this.request = request;
		}

		/** What filters make of forwarded headers may be what anybody wrote there. */
		private HttpServletRequest received() {
			ServletRequest received = this.request;
			while (received instanceof ServletRequestWrapper wrapper) {
				received = wrapper.getRequest();
			}
			return (received instanceof HttpServletRequest http) ? http : this.request;
		}

		@Override
		@Nullable String peer() {
			HttpServletRequest received = received();
			return (received.getAttribute(PEER) instanceof String peer) ? peer : address(received);
		}

		@Override
		@Nullable String caller() {
			return address(received());
		}

		/** Jetty writes addresses of IPv6 in brackets. */
		private static @Nullable String address(HttpServletRequest received) {
			String address = received.getRemoteAddr();
			return (address != null && address.startsWith("[") && address.endsWith("]"))
					? address.substring(1, address.length() - 1) : address;
		}

		@Override
		List<String> headers(String name) {
			HttpServletRequest received = received();
			if (received.getHeader(name) == null) {
				return List.of();
			}
			Enumeration<String> lines = received.getHeaders(name);
			return (lines != null) ? Collections.list(lines) : List.of();
		}

		@Override
		@Nullable String query() {
			return this.request.getQueryString();
		}

		@Override
		@Nullable String firstLine(String name) {
			return this.request.getHeader(name);
		}

		@Override
		public @Nullable String cookie(String name) {
			Cookie[] cookies = this.request.getCookies();
			if (cookies != null) {
				for (Cookie cookie : cookies) {
					if (cookie.getName().equals(name)) {
						return cookie.getValue();
					}
				}
			}
			return null;
		}

		@Override
		public @Nullable String path() {
			return this.request.getRequestURI();
		}

		@Override
		public @Nullable String method() {
			return this.request.getMethod();
		}

		@Override
		public @Nullable Principal principal() {
			return this.request.getUserPrincipal();
		}

	}

}
