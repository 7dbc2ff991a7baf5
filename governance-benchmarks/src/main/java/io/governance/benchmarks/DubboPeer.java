package io.governance.benchmarks;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.governance.registry.Instance;
import org.apache.dubbo.common.URL;
import org.apache.dubbo.rpc.Invocation;
import org.apache.dubbo.rpc.Invoker;
import org.apache.dubbo.rpc.Result;
import org.apache.dubbo.rpc.RpcInvocation;
import org.apache.dubbo.rpc.RpcStatus;
import org.apache.dubbo.rpc.cluster.LoadBalance;

/**
 * Dubbo's load balancers over invokers that are already there. Each choice is that of a
 * call with another random argument, which consistent hash takes for its key.
 */
final class DubboPeer {

	private static final String METHOD = "order";

	private static final URL CONSUMER = URL.valueOf("consumer://localhost/orders");

	private final LoadBalance loadBalance;

	private final List<Invoker<Object>> invokers;

	private final Invocation invocation = new RandomInvocation();

	DubboPeer(LoadBalance loadBalance, List<Instance> instances) {
		this.loadBalance = loadBalance;
		this.invokers = instances.stream().<Invoker<Object>>map(NamedInvoker::new).toList();
		// Dubbo counts calls for the whole JVM.
		this.invokers.forEach((invoker) -> RpcStatus.removeStatus(invoker.getUrl(), METHOD));
	}

	/** Begins a call that does not end, of the instance with that index. */
	void begin(int index) {
		RpcStatus.beginCount(this.invokers.get(index).getUrl(), METHOD);
	}

	Invoker<Object> pick() {
		return this.loadBalance.select(this.invokers, CONSUMER, this.invocation);
	}

	/** An invoker that is chosen and not called. */
	private static final class NamedInvoker implements Invoker<Object> {

		private final URL url;

		NamedInvoker(Instance instance) {
			this.url = URL.valueOf(
					"dubbo://%s:%d/orders?weight=%d".formatted(instance.host(), instance.port(), instance.weight()));
		}

		@Override
		public Class<Object> getInterface() {
			return Object.class;
		}

		@Override
		public Result invoke(Invocation invocation) {
			throw new UnsupportedOperationException();
		}

		@Override
		public URL getUrl() {
			return this.url;
		}

		@Override
		public boolean isAvailable() {
			return true;
		}

		@Override
		public void destroy() {
		}

	}

	private static final class RandomInvocation extends RpcInvocation {

		RandomInvocation() {
			super(null, METHOD, "orders", "orders", new Class<?>[] { long.class }, new Object[] { 0L });
		}

		@Override
		public Object[] getArguments() {
			return new Object[] { ThreadLocalRandom.current().nextLong() };
		}

	}

}
