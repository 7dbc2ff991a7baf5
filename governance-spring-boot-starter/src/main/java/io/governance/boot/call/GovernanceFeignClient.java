package io.governance.boot.call;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;

import feign.Client;
import feign.Request;
import feign.Response;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.cloud.openfeign.loadbalancer.FeignBlockingLoadBalancerClient;
import org.springframework.cloud.openfeign.loadbalancer.LoadBalancerFeignRequestTransformer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.util.Assert;
import org.springframework.util.LinkedMultiValueMap;

import io.governance.boot.loadbalancer.OpenCall;
import io.governance.loadbalancer.Outcome;

/**
 * Makes the calls of Feign clients. Feign has their bodies in memory, and lets each try
 * have its own timeout.
 */
final class GovernanceFeignClient extends FeignBlockingLoadBalancerClient {

	private final LoadBalancerClient client;

	private final BlockingCalls calls;

	private final CallDeadlines deadlines;

	GovernanceFeignClient(Client delegate, LoadBalancerClient client, LoadBalancerClientFactory factory,
			List<LoadBalancerFeignRequestTransformer> transformers, BlockingCalls calls, CallDeadlines deadlines) {
		super(delegate, client, factory, transformers);
		this.client = client;
		this.calls = calls;
		this.deadlines = deadlines;
	}

	@Override
	public Response execute(Request request, Request.Options options) throws IOException {
		URI uri = URI.create(request.url());
		String service = uri.getHost();
		Assert.state(service != null, () -> "No service's name in the URI " + uri
				+ ": it stands where a host does, and has letters, digits, dots and hyphens alone");
		HttpHeaders headers = new HttpHeaders();
		request.headers().forEach((name, values) -> headers.put(name, new ArrayList<>(values)));
		RequestData data = new RequestData(HttpMethod.valueOf(request.httpMethod().name()), uri, headers,
				new LinkedMultiValueMap<>(), new HashMap<>());
		return this.calls.call(service, data, this.deadlines.of(data.getAttributes()),
				new FeignExchange(uri, request, options));
	}

	/** One request. */
	private final class FeignExchange implements BlockingCalls.Exchange<Response> {

		private final URI uri;

		private final Request request;

		private final Request.Options options;

		FeignExchange(URI uri, Request request, Request.Options options) {
			this.uri = uri;
			this.request = request;
			this.options = options;
		}

		@Override
		public Response send(ServiceInstance instance, long nanos) throws IOException {
			String url = GovernanceFeignClient.this.client.reconstructURI(instance, this.uri).toString();
			return getDelegate().execute(buildRequest(this.request, url, instance), within(nanos));
		}

		/** Feign's own timeouts, where they are shorter. */
		private Request.Options within(long nanos) {
			if (nanos == Long.MAX_VALUE) {
				return this.options;
			}
			int millis = (int) Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
			return new Request.Options(shorter(this.options.connectTimeoutMillis(), millis), TimeUnit.MILLISECONDS,
					shorter(this.options.readTimeoutMillis(), millis), TimeUnit.MILLISECONDS,
					this.options.isFollowRedirects());
		}

		private static int shorter(int own, int limit) {
			return (own > 0) ? Math.min(own, limit) : limit;
		}

		@Override
		public int status(Response answer) {
			return answer.status();
		}

		@Override
		public Response held(Response answer, OpenCall open, Outcome outcome, ReadAhead ahead) throws IOException {
			Response.Body body = answer.body();
			if (body == null) {
				open.end(outcome);
				return answer;
			}
			InputStream held = new HeldBody(body.asInputStream(), open, outcome);
			Integer length = body.length();
			boolean begun = ahead.wants((length != null) ? length : -1, typeOf(answer));
			return answer.toBuilder().body(begun ? ahead.begin(held) : held, length).build();
		}

		private static @Nullable MediaType typeOf(Response answer) {
			Collection<String> types = answer.headers().getOrDefault(HttpHeaders.CONTENT_TYPE, List.of());
			try {
				return types.isEmpty() ? null : MediaType.parseMediaType(types.iterator().next());
			}
			catch (InvalidMediaTypeException ex) {
				return null;
			}
		}

		@Override
		public void discard(Response answer) {
			answer.close();
		}

	}

}
