package io.governance.benchmarks;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.governance.Subscription;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSource;
import io.governance.config.ConfigVariants;
import io.governance.config.ConfigView;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.config.StartPolicy;
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

	private ConfigView<String> laned;

	/** Builds what is measured. */
	@Setup
	public void setUp() {
		DocumentId document = new DocumentId("default", "default", "orders.yaml");
		ConfigManager manager = ConfigManager.of(new FixedDocuments(), List.of(document)).build();
		this.view = manager.view("", (snapshot) -> "value");
		ConfigManager variants = ConfigManager
			.of(new FixedDocuments(ConfigDocument.of(document.variant("gray"), "a: gray", Revision.of(1))),
					List.of(document))
			.variants(new GrayLane())
			.build();
		variants.load(new StartPolicy(false, false));
		this.laned = variants.view("a", (snapshot) -> snapshot.values().toString());
		if (this.laned.get().equals("{}")) {
			throw new IllegalStateException("The request has no lane");
		}
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
	 * A live value within a request of a lane that has variants.
	 * @return the value
	 */
	@Benchmark
	public String liveConfigOfLane() {
		return this.laned.get();
	}

	/**
	 * The floor: a volatile field.
	 * @return the value
	 */
	@Benchmark
	public String volatileField() {
		return this.field;
	}

	/** The lane gray, as a filter opens it for a request. */
	private static final class GrayLane implements ConfigVariants {

		private final ThreadLocal<String> lane = ThreadLocal.withInitial(() -> "gray");

		@Override
		public Set<DocumentId> sources() {
			return Set.of();
		}

		@Override
		public Choice choose(ConfigDocuments documents) {
			return new Choice(List.of(), Set.of("gray"));
		}

		@Override
		public String lane() {
			return this.lane.get();
		}

	}

	/** Documents that never change. */
	private static final class FixedDocuments implements ConfigSource {

		private final ConfigDocuments documents;

		FixedDocuments(ConfigDocument... documents) {
			this.documents = ConfigDocuments.of(List.of(documents));
		}

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			return this.documents;
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
