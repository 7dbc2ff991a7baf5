package io.governance.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;

import com.sun.management.OperatingSystemMXBean;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * Tells for each iteration how much of the processor time that it asked for it really
 * got: on a machine that does other things as well, times of iterations far below 100 %
 * mean nothing.
 */
public class CpuShareProfiler implements InternalProfiler {

	private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

	private long cpu;

	private long wall;

	@Override
	public String getDescription() {
		return "Share of the asked processor time that the benchmark got";
	}

	@Override
	public void beforeIteration(BenchmarkParams benchmarkParams, IterationParams iterationParams) {
		this.wall = System.nanoTime();
		this.cpu = this.system.getProcessCpuTime();
	}

	@Override
	@SuppressWarnings("rawtypes") // as JMH declares it
	public Collection<? extends Result> afterIteration(BenchmarkParams benchmarkParams, IterationParams iterationParams,
			IterationResult result) {
		long cpu = this.system.getProcessCpuTime() - this.cpu;
		long wall = System.nanoTime() - this.wall;
		double share = 100.0 * cpu / wall / benchmarkParams.getThreads();
		return List.of(new ScalarResult("cpu.share", share, "%", AggregationPolicy.AVG));
	}

}
