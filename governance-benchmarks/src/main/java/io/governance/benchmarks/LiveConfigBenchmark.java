package io.governance.benchmarks;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.governance.Subscription;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSource;
import io.governance.config.ConfigView;
import io.governance.config.DocumentId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading a live value, beside reading a volatile field.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
@SuppressWarnings("NullAway.Init")
public class LiveConfigBenchmark {

	private volatile String field = "value";

	private ConfigView<String> view;

	/** Builds what is measured. */
	@Setup
	public void setUp() {
		ConfigManager manager = ConfigManager.of(new NoDocuments(), List.of()).build();
		this.view = manager.view("", (snapshot) -> "value");
	}

	/**
	 * A live value.
	 * @return the value
	 */
	@Benchmark
	public String liveConfig() {
		return this.view.get();
	}

	/**
	 * The floor: a volatile field.
	 * @return the value
	 */
	@Benchmark
	public String volatileField() {
		return this.field;
	}

	/** Has no document. */
	private static final class NoDocuments implements ConfigSource {

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			return ConfigDocuments.NONE;
		}

		@Override
		public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
