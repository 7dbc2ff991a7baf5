package io.governance.grpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.governance.gray.LaneContext;
import io.governance.loadbalancer.LaneFallback;
import io.governance.loadbalancer.LanePolicy;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.WeightedRoundRobinLoadBalancer;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.ServiceDirectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class GovernanceChannelsTests {

	private final List<AutoCloseable> open = new ArrayList<>();

	private final ListedInstances registry = new ListedInstances();

	private final EchoServer first = opened(new EchoServer("first"));

	private final EchoServer second = opened(new EchoServer("second"));

	private LanePolicy lanes = LanePolicy.DEFAULT;

	private LoadBalancer algorithm = new RoundRobinLoadBalancer();

	private String zone = "";

	private Duration firstList = Duration.ofSeconds(10);

	private ManagedChannel channel;

	@AfterEach
	void close() throws Exception {
		if (this.channel != null) {
			this.channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
		}
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	private <T extends AutoCloseable> T opened(T resource) {
		this.open.add(resource);
		return resource;
	}

	private ManagedChannel channel() {
		if (this.channel == null) {
			ServiceDirectory directory = opened(new ServiceDirectory(this.registry));
			BalancedServices services = opened(new BalancedServices(directory,
					(service) -> ServiceBalancer.builder(service, this.algorithm).lanes(this.lanes).zone(this.zone),
					this.firstList));
			this.channel = new GovernanceChannels(services, List.of(new LaneClientInterceptor(LaneMetadata.HEADER)))
				.newChannelBuilder("governance:///users", InsecureChannelCredentials.create())
				.build();
		}
		return this.channel;
	}

	private String call() {
		return Echo.call(channel(), Echo.SAY, "hello");
	}

	private String callIn(String lane) {
		try (var scope = LaneContext.parse("users=" + lane).open()) {
			assertThat(scope).isNotNull();
			return call();
		}
	}

	private Instance.Builder firstInstance() {
		return this.first.instance("users");
	}

	private Instance.Builder secondInstance() {
		return this.second.instance("users");
	}

	/** Until both are connected. */
	private void reachBoth() {
		Set<String> seen = new HashSet<>();
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
			seen.add(call());
			return seen.size() == 2;
		});
	}

	@Test
	void callWaitsForNobodyWhoHangsWhileAnotherCanBeConnected() throws IOException {
		this.algorithm = new WeightedRoundRobinLoadBalancer();
		ServerSocket silent = opened(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
		this.registry.list(Instance.of("users", silent.getInetAddress().getHostAddress(), silent.getLocalPort())
			.id("silent")
			.weight(Instance.MAX_WEIGHT), firstInstance().weight(1));
		assertThat(Echo.call(channel(), Echo.SAY, "hello", Duration.ofSeconds(15))).isEqualTo("first");
	}

	@Test
	void spreadsCallsOverAllInstances() {
		this.registry.list(firstInstance(), secondInstance());
		reachBoth();
		int before = this.first.calls();
		for (int i = 0; i < 100; i++) {
			call();
		}
		assertThat(this.first.calls() - before).isBetween(45, 55);
	}

	@Test
	void waitsForTheFirstList() {
		ManagedChannel channel = channel();
		var answer = ClientCalls.futureUnaryCall(channel.newCall(Echo.SAY, CallOptions.DEFAULT), "hello");
		this.registry.list(firstInstance());
		assertThat(answer).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("first");
	}

	@Test
	void saysWhatToDoWhenNothingIsKnown() {
		this.firstList = Duration.ofMillis(300);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(this::call)
			.withMessageContaining("The instances of service 'users' are not known yet (waited 300 ms)")
			.withMessageContaining("check that the backend can be reached")
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
		this.registry.list(firstInstance());
		await().ignoreExceptions().until(() -> call().equals("first"));
	}

	@Test
	void saysWhyThereIsNobody() {
		this.registry.list();
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(this::call)
			.withMessage("UNAVAILABLE: Service 'users' has no instances");
		this.registry.list(firstInstance().status(InstanceStatus.DRAINING));
		await().untilAsserted(() -> assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(this::call)
			.withMessage("UNAVAILABLE: Service 'users' has no instance that takes calls, but 1 DRAINING"));
	}

	@Test
	void keepsTheListWhenTheRegistryIsLost() {
		this.registry.list(firstInstance());
		call();
		this.registry.disconnect();
		assertThat(call()).isEqualTo("first");
	}

	@Test
	void keepsCallsInTheirLane() {
		this.registry.list(firstInstance(), secondInstance().lane("gray"));
		for (int i = 0; i < 10; i++) {
			assertThat(call()).isEqualTo("first");
			assertThat(callIn("gray")).isEqualTo("second");
		}
		assertThat(this.second.headers()
			.get(0)
			.get(Metadata.Key.of("X-Governance-Lane", Metadata.ASCII_STRING_MARSHALLER))).isEqualTo("users=gray");
	}

	@Test
	void fallsBackWhereTheLaneHasNobody() {
		this.registry.list(firstInstance());
		assertThat(callIn("gray")).isEqualTo("first");
	}

	@Test
	void refusesWhereTheLaneMustNotFallBack() {
		this.lanes = new LanePolicy(Map.of("gray", LaneFallback.REFUSE));
		this.registry.list(firstInstance());
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> callIn("gray"))
			.withMessageStartingWith("UNAVAILABLE: Service 'users' has no instance that takes calls in the lane");
		assertThat(call()).isEqualTo("first");
	}

	@Test
	void doesNotLeaveALaneWhoseInstanceIsNotConnectedYet() {
		this.registry.list(firstInstance(), secondInstance().lane("gray"));
		call();
		assertThat(callIn("gray")).isEqualTo("second");
	}

	@Test
	void leavesALaneOnlyWhenNobodyOfItCanBeConnectedTo() {
		EchoServer third = opened(new EchoServer("third"));
		this.registry.list(firstInstance(), secondInstance().lane("gray"), third.instance("users").lane("gray"));
		call();
		await().until(() -> callIn("gray").equals("second"));
		await().until(() -> callIn("gray").equals("third"));
		third.dies();
		awaitAllInGray("second");
		for (int i = 0; i < 20; i++) {
			assertThat(callIn("gray")).isEqualTo("second");
		}
		this.second.dies();
		awaitAllInGray("first");
		for (int i = 0; i < 20; i++) {
			assertThat(callIn("gray")).isEqualTo("first");
		}
	}

	/** Until nobody else is called in turn. */
	private void awaitAllInGray(String name) {
		await().ignoreExceptions().until(() -> Stream.generate(() -> callIn("gray")).limit(3).allMatch(name::equals));
	}

	@Test
	void staysInALaneThatMustNotFallBackWhenNobodyOfItCanBeConnectedTo() {
		this.lanes = new LanePolicy(Map.of("gray", LaneFallback.REFUSE));
		Instance.Builder gray = secondInstance().lane("gray");
		this.second.dies();
		this.registry.list(firstInstance(), gray);
		assertThat(call()).isEqualTo("first");
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> callIn("gray"))
			.withMessageContaining("can be connected to");
	}

	@Test
	void prefersTheZoneOfTheCaller() {
		this.zone = "east";
		EchoServer third = opened(new EchoServer("third"));
		this.registry.list(firstInstance().zone("east"), secondInstance().zone("west"),
				third.instance("users").zone("east"));
		for (int i = 0; i < 20; i++) {
			assertThat(call()).isNotEqualTo("second");
		}
		assertThat(this.second.calls()).isZero();
	}

	@Test
	void takesThePortForGrpcWhereTheInstanceServesSomethingElseToo() {
		this.registry.list(Instance.of("users", "127.0.0.1", 1)
			.id("first")
			.metadata(Map.of("grpc-port", Integer.toString(this.first.port()))));
		assertThat(call()).isEqualTo("first");
	}

	@Test
	void resolvesHostNames() {
		this.registry.list(Instance.of("users", "localhost", this.first.port()).id("first"));
		assertThat(call()).isEqualTo("first");
	}

	@Test
	void leavesADeadInstanceAtOnce() {
		this.registry.list(firstInstance(), secondInstance());
		reachBoth();
		this.first.dies();
		int failed = 0;
		for (int i = 0; i < 50; i++) {
			try {
				assertThat(call()).isEqualTo("second");
			}
			catch (StatusRuntimeException ex) {
				failed++;
			}
		}
		// One may be sent before the end of the connection is noticed.
		assertThat(failed).isLessThanOrEqualTo(1);
	}

	@Test
	void comesBackToAnInstanceThatWasAway() {
		this.registry.list(firstInstance(), secondInstance());
		reachBoth();
		int port = this.first.port();
		this.first.dies();
		await().ignoreExceptions().until(() -> call().equals("second"));
		EchoServer again = opened(new EchoServer("again", port));
		await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> call().equals(again.name()));
	}

	@Test
	void saysWhyNobodyCanBeConnectedTo() {
		Instance.Builder instance = firstInstance();
		this.first.dies();
		this.registry.list(instance);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(this::call)
			.withMessageStartingWith("UNAVAILABLE: No instance of service 'users' that the call may go to can be"
					+ " connected to; 1 of 1 known instances cannot, the last one: ");
	}

	@Test
	void finishesCallsUnderWayToAnInstanceThatLeft() {
		this.registry.list(firstInstance());
		Iterator<String> stream = ClientCalls.blockingServerStreamingCall(channel(), Echo.COUNT, CallOptions.DEFAULT,
				"go");
		assertThat(stream.next()).isEqualTo("first");
		this.registry.list(secondInstance());
		await().until(() -> call().equals("second"));
		this.first.sendsMore();
		assertThat(stream.next()).isEqualTo("first");
		this.first.endsStreams();
		assertThat(stream.hasNext()).isFalse();
	}

	@Test
	void connectsOnlyToWhomItCalls() {
		this.registry.list(firstInstance(), secondInstance().lane("gray"));
		assertThat(channel().getState(true)).isEqualTo(ConnectivityState.IDLE);
		await().until(() -> channel().getState(false) == ConnectivityState.READY);
		for (int i = 0; i < 10; i++) {
			call();
		}
		assertThat(this.second.calls()).isZero();
	}

	@Test
	void refusesTargetsThatNameNoService() {
		for (String target : List.of("governance:///", "governance:///a/b", "governance://users/orders")) {
			assertThatExceptionOfType(IllegalArgumentException.class)
				.isThrownBy(() -> GovernanceNameResolverProvider.service(URI.create(target)));
		}
		assertThat(GovernanceNameResolverProvider.service(URI.create("governance:users"))).isEqualTo("users");
		assertThat(GovernanceNameResolverProvider.service(URI.create("governance://users"))).isEqualTo("users");
	}

}
