package io.governance.boot.gray;

import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;

import io.governance.boot.gray.LaneDecision.Told;
import io.governance.gray.LaneContext;

/**
 * Takes headers of lanes that are not to be trusted away, before anybody reads them, and
 * keeps the request as it was received for the filter that decides.
 */
final class LaneHttpHandler implements HttpHandler {

	private final LaneDecision decision;

	private final LaneHeaders headers;

	private final HttpHandler next;

	LaneHttpHandler(LaneDecision decision, HttpHandler next) {
		this.decision = decision;
		this.headers = new LaneHeaders(decision.carrier());
		this.next = next;
	}

	@Override
	public Mono<Void> handle(ServerHttpRequest request, ServerHttpResponse response) {
		ReactiveInbound inbound = new ReactiveInbound(this.decision.settings(), request);
		Told told = this.decision.told(inbound);
		ServerHttpRequest shown = told.spoofed()
				? request.mutate().headers((headers) -> this.headers.write(LaneContext.STABLE, headers)).build()
				: request;
		return this.next.handle(shown, response)
			.contextWrite((context) -> context.put(Received.class, new Received(inbound, told)));
	}

	/**
	 * A request as it was received.
	 *
	 * @param inbound the request
	 * @param told what it tells about lanes
	 */
	record Received(ReactiveInbound inbound, Told told) {
	}

}
