package io.governance.boot.gray;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.MockAsyncContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

class GrayRequestFilterTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final GrayRequestTimers timers = new GrayRequestTimers(() -> this.registry, "orders");

	@Test
	void whatExceptionsAreAnsweredWithCounts() {
		for (Throwable failure : List.of(new NotThere(), new ResponseStatusException(HttpStatus.CONFLICT),
				new IOException("gone"), new ResponseStatusException(HttpStatus.BAD_GATEWAY))) {
			MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
			new GrayRequestWebFilter(this.timers, 0).filter(exchange, (chained) -> Mono.error(failure))
				.onErrorComplete()
				.block();
		}
		assertThat(count("client_error")).isEqualTo(2);
		assertThat(count("failure")).isEqualTo(2);
	}

	@Test
	void callerWhoLeavesCountsAsCancelled() {
		new GrayRequestWebFilter(this.timers, 0)
			.filter(MockServerWebExchange.from(MockServerHttpRequest.get("/")), (chained) -> Mono.never())
			.subscribe()
			.dispose();
		assertThat(count("cancelled")).isEqualTo(1);
	}

	@Test
	void asynchronousRequestCountsWhenItIsCompleteAsWhatItCameTo() throws Exception {
		for (boolean fails : new boolean[] { false, true }) {
			MockHttpServletRequest request = new MockHttpServletRequest();
			request.setAsyncSupported(true);
			MockHttpServletResponse response = new MockHttpServletResponse();
			new GrayRequestFilter(this.timers, 0).doFilter(request, response,
					(chained, answer) -> chained.startAsync());
			assertThat(count("client_error") + count("failure")).isEqualTo(fails ? 1 : 0);
			MockAsyncContext async = (MockAsyncContext) request.getAsyncContext();
			if (fails) {
				for (AsyncListener listener : async.getListeners()) {
					listener.onError(new AsyncEvent(async, new IOException("gone")));
				}
			}
			response.setStatus(404);
			async.complete();
		}
		assertThat(count("client_error")).isEqualTo(1);
		assertThat(count("failure")).isEqualTo(1);
	}

	@Test
	void callerOfAServletWhoLeavesCountsAsCancelled() throws Exception {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setAsyncSupported(true);
		GrayRequestFilter filter = new GrayRequestFilter(this.timers, 0);
		assertThatIOException()
			.isThrownBy(() -> filter.doFilter(request, new MockHttpServletResponse(), (chained, answer) -> {
				throw new IOException("Broken pipe");
			}));
		assertThat(count("cancelled")).isEqualTo(1);
		filter.doFilter(request, new MockHttpServletResponse(), (chained, answer) -> chained.startAsync());
		MockAsyncContext async = (MockAsyncContext) request.getAsyncContext();
		for (AsyncListener listener : async.getListeners()) {
			listener.onError(new AsyncEvent(async, new IOException("Connection reset by peer")));
		}
		async.complete();
		assertThat(count("cancelled")).isEqualTo(2);
		assertThat(count("failure")).isZero();
	}

	private long count(String outcome) {
		return this.registry.find("governance.gray.requests")
			.tag("outcome", outcome)
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum();
	}

	@ResponseStatus(HttpStatus.NOT_FOUND)
	private static final class NotThere extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

}
