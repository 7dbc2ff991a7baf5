package io.governance.boot.loadbalancer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.URI;
import java.util.Map;

import org.springframework.cloud.client.ServiceInstance;

import io.governance.boot.discovery.InstanceMetadata;
import io.governance.gray.LaneContext;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * The instance chosen for one call, and that call's share in its statistics. Thread-safe.
 */
public class ChosenInstance implements ServiceInstance {

	/** Where Spring Cloud Gateway keeps what it chose for the last try of a request. */
	public static final String GATEWAY_ATTRIBUTE = "org.springframework.cloud.gateway.support.ServerWebExchangeUtils"
			+ ".gatewayLoadBalancerResponse";

	private static final VarHandle STARTED;

	static {
		try {
			STARTED = MethodHandles.lookup().findVarHandle(ChosenInstance.class, "started", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Endpoint endpoint;

	/** When the call began, by {@link System#nanoTime()}; 0 while none is under way. */
	@SuppressWarnings("unused")
	private volatile long started;

	ChosenInstance(Endpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * The endpoint.
	 * @return the endpoint with its statistics
	 */
	public final Endpoint endpoint() {
		return this.endpoint;
	}

	/**
	 * The lanes of the call.
	 * @return those that the call was given when the instance was chosen, or those of the
	 * current thread
	 */
	public LaneContext lanes() {
		return LaneContext.current();
	}

	/** The call begins. Does nothing if it has begun. */
	final void begin() {
		long now = System.nanoTime();
		if (STARTED.compareAndSet(this, 0L, (now != 0) ? now : 1)) {
			this.endpoint.begin();
		}
	}

	/**
	 * Takes the call over, so that it ends when the caller says so and not already when
	 * Spring Cloud does. It begins if it has not begun.
	 * @return the call
	 */
	public final OpenCall takeOver() {
		begin();
		return new OpenCall(this.endpoint, (long) STARTED.getAndSet(this, 0L));
	}

	/** The call has ended. Does nothing if it has not begun, or has ended already. */
	final void end(Outcome outcome) {
		long started = (long) STARTED.getAndSet(this, 0L);
		if (started != 0) {
			this.endpoint.end(System.nanoTime() - started, outcome);
		}
	}

	/**
	 * The caller gave up. Does nothing if the call has not begun, or has ended already.
	 */
	public final void cancelled() {
		end(Outcome.CANCELLED);
	}

	@Override
	public String getInstanceId() {
		return this.endpoint.instance().id();
	}

	@Override
	public String getServiceId() {
		return this.endpoint.instance().service();
	}

	@Override
	public String getHost() {
		return InstanceMetadata.uriHost(this.endpoint.instance());
	}

	@Override
	public int getPort() {
		return this.endpoint.instance().port();
	}

	@Override
	public boolean isSecure() {
		return this.endpoint.instance().secure();
	}

	@Override
	public URI getUri() {
		return ServiceInstance.createUri(this);
	}

	@Override
	public Map<String, String> getMetadata() {
		return InstanceMetadata.of(this.endpoint.instance());
	}

	@Override
	public String toString() {
		return this.endpoint.toString();
	}

}
