package io.governance.boot.loadbalancer;

import java.io.IOException;
import java.net.URI;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerUriTools;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.ReflectionUtils;

import io.governance.loadbalancer.Outcome;

/**
 * Spring Cloud's blocking load balancer over {@link ServiceBalancers}. The first call to
 * a service waits for its list, on threads that may wait; later choices take nanoseconds.
 */
public final class GovernanceLoadBalancerClient implements LoadBalancerClient {

	private final Supplier<ServiceBalancers> source;

	private final CallLane lane;

	/** Remembered without a lock: whoever makes beans may be waiting for a call. */
	private volatile @Nullable ServiceBalancers balancers;

	/**
	 * Creates a client.
	 * @param balancers picks the instances
	 * @param lane tells the lane of each call
	 */
	public GovernanceLoadBalancerClient(ServiceBalancers balancers, CallLane lane) {
		this(() -> balancers, lane);
	}

	/**
	 * Creates a client.
	 * @param source gives what picks the instances, always the same
	 * @param lane tells the lane of each call
	 */
	GovernanceLoadBalancerClient(Supplier<ServiceBalancers> source, CallLane lane) {
		this.source = source;
		this.lane = lane;
	}

	@Override
	@SuppressWarnings("NullAway") // null if there is none, as in Spring Cloud
	public @Nullable ServiceInstance choose(String serviceId) {
		return balancers().pickOrWait(serviceId, lane(serviceId));
	}

	@Override
	@SuppressWarnings("NullAway") // null if there is none, as in Spring Cloud
	public <T> @Nullable ServiceInstance choose(String serviceId, Request<T> request) {
		return balancers().pickOrWait(serviceId, lane(serviceId), CallTry.of(request));
	}

	@Override
	public <T> T execute(String serviceId, LoadBalancerRequest<T> request) throws IOException {
		String lane = lane(serviceId);
		ServiceInstance instance = balancers().pickOrWait(serviceId, lane);
		if (instance == null) {
			throw balancers().noInstance(serviceId, lane);
		}
		return execute(serviceId, instance, request);
	}

	@Override
	public <T> T execute(String serviceId, ServiceInstance instance, LoadBalancerRequest<T> request)
			throws IOException {
		ChosenInstance chosen = (instance instanceof ChosenInstance own) ? own : null;
		if (chosen != null) {
			chosen.begin();
		}
		Outcome outcome = Outcome.FAILURE;
		try {
			T response = request.apply(instance);
			outcome = outcomeOf(response);
			return response;
		}
		catch (IOException | RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			ReflectionUtils.rethrowRuntimeException(ex);
			throw new IllegalStateException(ex);
		}
		finally {
			if (chosen != null) {
				chosen.end(outcome);
			}
		}
	}

	private ServiceBalancers balancers() {
		ServiceBalancers known = this.balancers;
		if (known == null) {
			known = this.source.get();
			this.balancers = known;
		}
		return known;
	}

	private String lane(String service) {
		return this.lane.current().laneFor(service).name();
	}

	private static Outcome outcomeOf(@Nullable Object response) throws IOException {
		return (response instanceof ClientHttpResponse http) ? Outcome.ofHttpStatus(http.getStatusCode().value())
				: Outcome.SUCCESS;
	}

	@Override
	public URI reconstructURI(ServiceInstance instance, URI original) {
		return LoadBalancerUriTools.reconstructURI(instance, original);
	}

}
