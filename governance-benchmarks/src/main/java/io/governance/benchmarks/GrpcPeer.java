package io.governance.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.grpc.BalancedServices;
import io.governance.grpc.GovernanceChannels;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.StaticDiscovery;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.util.ForwardingLoadBalancerHelper;
import org.jspecify.annotations.Nullable;

/**
 * A channel of grpc-java to n instances that are really connected, and the picker that
 * one of its policies has made for it.
 */
final class GrpcPeer implements AutoCloseable {

	private final Server server;

	private final BalancedServices services;

	private final ServiceDirectory directory;

	private final ManagedChannel channel;

	private final Captured captured;

	private GrpcPeer(String policy, int n) {
		try {
			this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create()).build().start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		// Each address of the loopback is an instance of its own.
		List<Instance> instances = IntStream.range(0, n)
			.mapToObj((i) -> Instance.of("users", "127.0.1." + (i + 1), this.server.getPort()).build())
			.toList();
		this.directory = new ServiceDirectory(new StaticDiscovery(Map.of("users", instances)));
		this.services = new BalancedServices(this.directory,
				(service) -> ServiceBalancer.builder(service, new RoundRobinLoadBalancer()), Duration.ofSeconds(5));
		LoadBalancerProvider provider = LoadBalancerRegistry.getDefaultRegistry().getProvider(policy);
		this.captured = new Captured(Objects.requireNonNull(provider));
		LoadBalancerRegistry.getDefaultRegistry().register(this.captured);
		this.channel = new GovernanceChannels(this.services, List.of())
			.newChannelBuilder("governance:///users", InsecureChannelCredentials.create())
			.defaultLoadBalancingPolicy(this.captured.getPolicyName())
			.build();
	}

	/** Connects a channel with a policy to n instances. */
	static GrpcPeer connected(String policy, int n, PickSubchannelArgs call) {
		GrpcPeer peer = new GrpcPeer(policy, n);
		peer.channel.getState(true);
		long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
		while (peer.reached(2 * n, call) < n) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("Not all of " + n + " instances are connected");
			}
			// Picks that wait for connections are not to be what the JVM learns from.
			LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
		}
		return peer;
	}

	private int reached(int picks, PickSubchannelArgs call) {
		SubchannelPicker picker = this.captured.picker;
		if (picker == null) {
			return 0;
		}
		Set<Object> reached = IntStream.range(0, picks)
			.mapToObj((i) -> picker.pickSubchannel(call).getSubchannel())
			.filter(Objects::nonNull)
			.collect(Collectors.toSet());
		return reached.size();
	}

	SubchannelPicker picker() {
		return Objects.requireNonNull(this.captured.picker);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.services.close();
		this.directory.close();
		this.server.shutdownNow();
		LoadBalancerRegistry.getDefaultRegistry().deregister(this.captured);
		try {
			this.channel.awaitTermination(5, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** A call, as a policy sees it. */
	static final class Call extends PickSubchannelArgs {

		private final CallOptions options = CallOptions.DEFAULT;

		private final Metadata headers = new Metadata();

		@Override
		public CallOptions getCallOptions() {
			return this.options;
		}

		@Override
		public Metadata getHeaders() {
			return this.headers;
		}

		@Override
		public MethodDescriptor<?, ?> getMethodDescriptor() {
			throw new UnsupportedOperationException("Nobody asks for the method");
		}

	}

	/** A policy whose last picker is kept. */
	private static final class Captured extends LoadBalancerProvider {

		private final LoadBalancerProvider policy;

		private volatile @Nullable SubchannelPicker picker;

		Captured(LoadBalancerProvider policy) {
			this.policy = policy;
		}

		@Override
		public boolean isAvailable() {
			return true;
		}

		@Override
		public int getPriority() {
			return 5;
		}

		@Override
		public String getPolicyName() {
			return "captured_" + this.policy.getPolicyName();
		}

		@Override
		public LoadBalancer newLoadBalancer(Helper helper) {
			return this.policy.newLoadBalancer(new ForwardingLoadBalancerHelper() {

				@Override
				protected Helper delegate() {
					return helper;
				}

				@Override
				public void updateBalancingState(ConnectivityState state, SubchannelPicker picker) {
					Captured.this.picker = picker;
					super.updateBalancingState(state, picker);
				}

			});
		}

	}

}
