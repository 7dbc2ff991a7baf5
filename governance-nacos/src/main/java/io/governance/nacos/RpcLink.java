package io.governance.nacos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import javax.net.ssl.SSLContext;

import com.alibaba.nacos.api.ability.constant.AbilityMode;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.grpc.auto.RequestGrpc;
import com.alibaba.nacos.common.remote.client.Connection;
import com.alibaba.nacos.common.remote.client.RpcClientStatus;
import com.alibaba.nacos.common.remote.client.ServerListFactory;
import com.alibaba.nacos.common.remote.client.grpc.DefaultGrpcClientConfig;
import com.alibaba.nacos.common.remote.client.grpc.GrpcClientConfig;
import com.alibaba.nacos.common.remote.client.grpc.GrpcConnection;
import com.alibaba.nacos.common.remote.client.grpc.GrpcSdkClient;
import com.alibaba.nacos.shaded.io.grpc.ManagedChannel;
import com.alibaba.nacos.shaded.io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import com.alibaba.nacos.shaded.io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig;
import com.alibaba.nacos.shaded.io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import com.alibaba.nacos.shaded.io.grpc.netty.shaded.io.netty.handler.ssl.IdentityCipherSuiteFilter;
import com.alibaba.nacos.shaded.io.grpc.netty.shaded.io.netty.handler.ssl.JdkSslContext;
import org.jspecify.annotations.Nullable;

import io.governance.Backoff;

/**
 * Nacos's own RPC client, which connects, negotiates, probes and reconnects. Below its
 * config and naming services there are no snapshots, no failover files, no caches and no
 * redo of its own: what is registered and what is believed is up to this backend.
 * <p>
 * It is started without blocking, tries an address before it makes a channel to it (a
 * server that is down would else fill the log), tells a lost connection at once, and
 * speaks TLS by an {@link SSLContext}.
 */
final class RpcLink extends GrpcSdkClient {

	private static final Duration RETRY_BASE = Duration.ofMillis(100);

	private static final Duration RETRY_CAP = Duration.ofSeconds(1);

	private final @Nullable SSLContext tls;

	private final Consumer<@Nullable Connection> onLost;

	private final int connectMillis;

	private final AtomicBoolean first = new AtomicBoolean(true);

	private final Backoff backoff;

	private volatile boolean tried;

	private volatile boolean closed;

	private @Nullable ThreadPoolExecutor executor;

	/* The channel of the connection that is being made. */
	private @Nullable ManagedChannel plain;

	/* The one with TLS that takes its place. */
	private @Nullable ManagedChannel secured;

	/**
	 * Creates a link; {@link #start()} begins to connect.
	 * @param name its name, for the log
	 * @param module what the server is to serve on it, {@code config} or {@code naming}
	 * @param settings the servers and the times
	 * @param tls the TLS context, or {@code null} for plain text
	 * @param onLost told, on a thread of the client, when the connection is lost
	 */
	RpcLink(String name, String module, NacosSettings settings, @Nullable SSLContext tls,
			Consumer<@Nullable Connection> onLost) {
		super(config(name, module, settings));
		this.tls = tls;
		this.onLost = onLost;
		this.connectMillis = (int) settings.timeout().toMillis();
		this.backoff = new Backoff(RETRY_BASE, RETRY_CAP, RandomGenerator.getDefault());
		serverListFactory(new Servers(settings.addresses()));
	}

	private static GrpcClientConfig config(String name, String module, NacosSettings settings) {
		long timeout = settings.timeout().toMillis();
		return DefaultGrpcClientConfig.newBuilder()
			.setName(name)
			.setLabels(Map.of("source", "sdk", "module", module, "AppName", "governance"))
			.setRetryTimes(0)
			.setTimeOutMills(timeout)
			.setConnectionKeepAlive(settings.probe().toMillis())
			.setHealthCheckRetryTimes(1)
			.setHealthCheckTimeOut(Math.min(timeout, 1500))
			.setServerCheckTimeOut(timeout)
			.setCapabilityNegotiationTimeout(timeout)
			.setThreadPoolCoreSize(2)
			.setThreadPoolMaxSize(2)
			.setThreadPoolKeepAlive(5000L)
			.setAllowCoreThreadTimeOut(true)
			.build();
	}

	@Override
	protected AbilityMode abilityMode() {
		return AbilityMode.SDK_CLIENT;
	}

	@Override
	protected ThreadPoolExecutor createGrpcExecutor(String serverIp) {
		ThreadPoolExecutor executor = super.createGrpcExecutor(serverIp);
		// Else a channel that is made while this is closed would never end.
		executor.setRejectedExecutionHandler((task, ended) -> task.run());
		this.executor = executor;
		return executor;
	}

	@Override
	protected void reconnect(ServerInfo recommended, boolean onRequestFail) {
		this.onLost.accept(this.currentConnection);
		super.reconnect(recommended, onRequestFail);
	}

	/**
	 * Connects, on the client's own thread: the first call, which comes from
	 * {@link #start()}, gives up at once.
	 */
	@Override
	public @Nullable Connection connectToServer(ServerInfo server) {
		if (this.first.getAndSet(false) || this.closed) {
			return null;
		}
		Connection connection = reachable(server) ? connect(server) : null;
		this.tried = true;
		if (connection != null && this.closed) {
			connection.close();
			return null;
		}
		return connection;
	}

	/** Whether the first try to connect is not over yet. */
	boolean isFirstTry() {
		return !this.tried;
	}

	private @Nullable Connection connect(ServerInfo server) {
		this.plain = null;
		this.secured = null;
		Connection connection = super.connectToServer(server);
		if (connection == null) {
			// Whoever is interrupted while it connects leaves its channel open.
			end(this.plain);
			end(this.secured);
		}
		else if (this.secured != null && connection instanceof GrpcConnection made) {
			end(this.plain);
			made.setChannel(this.secured);
		}
		return connection;
	}

	private static void end(@Nullable ManagedChannel channel) {
		if (channel != null) {
			channel.shutdownNow();
		}
	}

	/** By any of its addresses, one after the other, as the channel tries them. */
	private boolean reachable(ServerInfo server) {
		try {
			for (InetAddress address : InetAddress.getAllByName(host(server))) {
				if (!this.closed
						&& reachable(new InetSocketAddress(address, server.getServerPort() + rpcPortOffset()))) {
					this.backoff.reset();
					return true;
				}
			}
		}
		catch (UnknownHostException ex) {
			// As if nobody answered there.
		}
		pause();
		return false;
	}

	private boolean reachable(InetSocketAddress address) {
		try (Socket socket = new Socket()) {
			socket.connect(address, this.connectMillis);
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private void pause() {
		try {
			TimeUnit.NANOSECONDS.sleep(this.backoff.nextNanos());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static String host(ServerInfo server) {
		return server.getServerIp().replaceAll("[\\[\\]]", "");
	}

	@Override
	protected RequestGrpc.RequestFutureStub createNewChannelStub(ManagedChannel plain) {
		this.plain = plain;
		SSLContext context = this.tls;
		if (context == null) {
			return super.createNewChannelStub(plain);
		}
		ApplicationProtocolConfig http2 = new ApplicationProtocolConfig(ApplicationProtocolConfig.Protocol.ALPN,
				ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
				ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT, "h2");
		this.secured = NettyChannelBuilder.forTarget("dns:///" + plain.authority())
			.sslContext(new JdkSslContext(context, true, null, IdentityCipherSuiteFilter.INSTANCE, http2,
					ClientAuth.NONE, new String[] { "TLSv1.3", "TLSv1.2" }, false))
			.maxInboundMessageSize(10 * 1024 * 1024)
			.executor(this.executor)
			.build();
		return super.createNewChannelStub(this.secured);
	}

	/**
	 * Ends the connection and the threads of this client, within a second or two.
	 */
	@Override
	public void shutdown() throws NacosException {
		this.closed = true;
		super.shutdown();
		try {
			// A connection that is just being made would bring the client to life again.
			for (int i = 0; i < 10 && this.clientEventExecutor != null
					&& !this.clientEventExecutor.awaitTermination(100, TimeUnit.MILLISECONDS); i++) {
				this.rpcClientStatus.set(RpcClientStatus.SHUTDOWN);
				this.clientEventExecutor.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		Connection connection = this.currentConnection;
		if (connection != null) {
			connection.close();
		}
	}

	/** The servers, one after the other, beginning with any of them. */
	private static final class Servers implements ServerListFactory {

		private final List<String> addresses;

		private final AtomicInteger next;

		Servers(List<String> addresses) {
			this.addresses = addresses;
			this.next = new AtomicInteger(RandomGenerator.getDefault().nextInt(addresses.size()));
		}

		@Override
		public String genNextServer() {
			return at(this.next.incrementAndGet());
		}

		@Override
		public String getCurrentServer() {
			return at(this.next.get());
		}

		private String at(int index) {
			return this.addresses.get(Math.floorMod(index, this.addresses.size()));
		}

		@Override
		public List<String> getServerList() {
			return this.addresses;
		}

	}

}
