package io.governance.boot.gray;

import java.io.IOException;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.DisconnectedClientHelper;

import io.governance.gray.GrayDecision;

/**
 * Times servlet requests once their lanes are decided, asynchronous ones until they are
 * complete.
 */
final class GrayRequestFilter extends OncePerRequestFilter implements Ordered {

	private final GrayRequestTimers timers;

	private final int order;

	/**
	 * Creates a filter.
	 * @param timers told of each request
	 * @param order the order, after the filter that decides the lanes
	 */
	GrayRequestFilter(GrayRequestTimers timers, int order) {
		this.timers = timers;
		this.order = order;
	}

	@Override
	public int getOrder() {
		return this.order;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		GrayDecision decision = GrayDecision.current();
		long start = System.nanoTime();
		Throwable failure = null;
		try {
			chain.doFilter(request, response);
		}
		catch (Throwable ex) {
			failure = ex;
			throw ex;
		}
		finally {
			if (request.isAsyncStarted()) {
				request.getAsyncContext().addListener(new Completion(decision, response, start));
			}
			else {
				ended(decision, response.getStatus(), failure, start);
			}
		}
	}

	private void ended(GrayDecision decision, int status, @Nullable Throwable failure, long start) {
		this.timers.ended(decision, outcome(status, failure), System.nanoTime() - start);
	}

	private static RequestOutcome outcome(int status, @Nullable Throwable failure) {
		if (failure == null) {
			return RequestOutcome.of(status);
		}
		return DisconnectedClientHelper.isClientDisconnectedException(failure) ? RequestOutcome.CANCELLED
				: RequestOutcome.FAILURE;
	}

	/** The end of an asynchronous request. */
	private final class Completion implements AsyncListener {

		private final GrayDecision decision;

		private final HttpServletResponse response;

		private final long start;

		private @Nullable Throwable failure;

		Completion(GrayDecision decision, HttpServletResponse response, long start) {
			this.decision = decision;
			this.response = response;
			this.start = start;
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
			event.getAsyncContext().addListener(this);
		}

		@Override
		public void onError(AsyncEvent event) {
			Throwable thrown = event.getThrowable();
			this.failure = (thrown != null) ? thrown : new ServletException();
		}

		@Override
		public void onTimeout(AsyncEvent event) {
		}

		@Override
		public void onComplete(AsyncEvent event) {
			ended(this.decision, this.response.getStatus(), this.failure, this.start);
		}

	}

}
