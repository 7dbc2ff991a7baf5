package io.governance.boot.gray;

import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.function.ServerRequest;

import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with what Spring Cloud Gateway on servlets sends, on every route.
 * What came there, or a route's own filters put there, is not sent.
 */
final class LaneHeadersFilter implements RequestHttpHeadersFilter {

	private final LaneHeaders headers;

	LaneHeadersFilter(LaneCarrier carrier) {
		this.headers = new LaneHeaders(carrier);
	}

	@Override
	public HttpHeaders apply(HttpHeaders headers, ServerRequest request) {
		LaneContext lanes = LaneContext.current();
		if (!this.headers.changes(lanes, headers)) {
			return headers;
		}
		HttpHeaders sent = HttpHeaders.copyOf(headers);
		this.headers.write(lanes, sent);
		return sent;
	}

}
