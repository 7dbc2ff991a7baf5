package io.governance.boot.call;

import java.io.IOException;
import java.net.URI;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerInterceptor;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestFactory;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.core.NestedRuntimeException;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.Assert;

import io.governance.boot.loadbalancer.OpenCall;
import io.governance.call.CallFailure;
import io.governance.loadbalancer.Outcome;

/**
 * Makes the calls of {@code RestClient}, {@code RestTemplate} and HTTP interfaces over
 * them. Spring has their bodies in memory here, so that each can be sent again.
 */
final class GovernanceCallInterceptor extends LoadBalancerInterceptor {

	/** Chains of causes end here, should one of them be a circle. */
	private static final int MAX_CAUSES = 20;

	private final LoadBalancerRequestFactory requests;

	private final BlockingCalls calls;

	private final CallDeadlines deadlines;

	GovernanceCallInterceptor(LoadBalancerClient client, LoadBalancerRequestFactory requests, BlockingCalls calls,
			CallDeadlines deadlines) {
		super(client, requests);
		this.requests = requests;
		this.calls = calls;
		this.deadlines = deadlines;
	}

	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		URI uri = request.getURI();
		String service = uri.getHost();
		Assert.state(service != null, () -> "No service's name in the URI " + uri
				+ ": it stands where a host does, and has letters, digits, dots and hyphens alone");
		return this.calls.call(service, new RequestData(request), this.deadlines.of(request.getAttributes()),
				new HttpExchange(request, body, execution));
	}

	/** One request. */
	private final class HttpExchange implements BlockingCalls.Exchange<ClientHttpResponse> {

		private final HttpRequest request;

		private final byte[] body;

		private final ClientHttpRequestExecution execution;

		HttpExchange(HttpRequest request, byte[] body, ClientHttpRequestExecution execution) {
			this.request = request;
			this.body = body;
			this.execution = execution;
		}

		@Override
		public ClientHttpResponse send(ServiceInstance instance, long nanos) throws Exception {
			return GovernanceCallInterceptor.this.requests.createRequest(this.request, this.body, this.execution)
				.apply(instance);
		}

		/**
		 * What sends a request throws no exception of Spring's: one is of a call that an
		 * interceptor makes, for a token perhaps, and tells nothing of the instance.
		 */
		@Override
		public CallFailure failureOf(Throwable ex) {
			Throwable cause = ex;
			for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
				if (cause instanceof NestedRuntimeException) {
					return CallFailure.OTHER;
				}
				cause = cause.getCause();
			}
			return CallFailure.of(ex);
		}

		@Override
		public int status(ClientHttpResponse answer) throws IOException {
			return answer.getStatusCode().value();
		}

		@Override
		public ClientHttpResponse held(ClientHttpResponse answer, OpenCall open, Outcome outcome, ReadAhead ahead)
				throws IOException {
			HeldResponse held = new HeldResponse(answer, open, outcome);
			held.read(ahead);
			return held;
		}

		@Override
		public void discard(ClientHttpResponse answer) {
			try {
				// Closing the answer alone reads it to its end, which may never come.
				answer.getBody().close();
			}
			catch (IOException ex) {
				// Nobody wants it.
			}
			finally {
				answer.close();
			}
		}

	}

}
