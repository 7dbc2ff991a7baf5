package io.governance.boot.gray;

import org.springframework.cloud.gateway.server.mvc.filter.HttpHeadersFilter.RequestHttpHeadersFilter;
import org.springframework.http.HttpHeaders;
import org.springframework.web.servlet.function.ServerRequest;

import io.governance.gray.LaneContext;

/**
 * Passes the lanes on with what Spring Cloud Gateway on servlets sends, on every route.
 * What came in that header, or a route's own filters put there, is not sent.
 */
final class LaneHeadersFilter implements RequestHttpHeadersFilter {

	private final String header;

	LaneHeadersFilter(String header) {
		this.header = header;
	}

	@Override
	public HttpHeaders apply(HttpHeaders headers, ServerRequest request) {
		String lanes = LaneContext.current().toHeader();
		if (lanes.isEmpty() && headers.getFirst(this.header) == null) {
			return headers;
		}
		HttpHeaders sent = HttpHeaders.copyOf(headers);
		if (lanes.isEmpty()) {
			sent.remove(this.header);
		}
		else {
			sent.set(this.header, lanes);
		}
		return sent;
	}

}
