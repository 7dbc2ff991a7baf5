package io.governance.benchmarks;

import java.util.concurrent.TimeUnit;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.SubchannelPicker;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One pick of one of n connected instances, as grpc-java makes it for each call: through
 * its own {@code round_robin}, and through the policy {@code governance} with round
 * robin.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
@SuppressWarnings("NullAway.Init")
public class GrpcPickBenchmark {

	/** The number of instances. */
	@Param({ "10", "100" })
	public int n;

	private final GrpcPeer.Call call = new GrpcPeer.Call();

	private GrpcPeer roundRobinPeer;

	private GrpcPeer governancePeer;

	private SubchannelPicker roundRobin;

	private SubchannelPicker governance;

	/** Connects all instances. */
	@Setup(Level.Trial)
	public void setUp() {
		this.roundRobinPeer = GrpcPeer.connected("round_robin", this.n, this.call);
		this.roundRobin = this.roundRobinPeer.picker();
		this.governancePeer = GrpcPeer.connected("governance", this.n, this.call);
		this.governance = this.governancePeer.picker();
	}

	/** Ends all connections. */
	@TearDown(Level.Trial)
	public void tearDown() {
		this.roundRobinPeer.close();
		this.governancePeer.close();
	}

	/**
	 * grpc-java's own round robin.
	 * @return what sends the call
	 */
	@Benchmark
	public PickResult roundRobin() {
		return this.roundRobin.pickSubchannel(this.call);
	}

	/**
	 * Our policy.
	 * @return what sends the call
	 */
	@Benchmark
	public PickResult governance() {
		return this.governance.pickSubchannel(this.call);
	}

}
