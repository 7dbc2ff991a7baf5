package io.governance.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.sun.management.ThreadMXBean;
import io.governance.boot.config.LiveConfig;
import io.governance.boot.config.LiveConfigFactory;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigObserver;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Measures what it takes from a backend's event until {@link LiveConfig#get()} shows the
 * new value, of 5,000 keys, beside {@code ContextRefresher.refresh()} of Spring Cloud
 * over the same keys, and beside parsing alone.
 */
public final class ReloadCost {

	private static final int KEYS = 5000;

	private static final int PARTS = 25;

	/** For each, as a benchmark does it: a count would favour what takes long. */
	private static final Duration WARM_UP = Duration.ofSeconds(10);

	private static final int ROUNDS = 101;

	private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private ReloadCost() {
	}

	/**
	 * What was measured.
	 *
	 * @param nanos the median of the times
	 * @param cpu the median of the time that the thread was running, which a busy machine
	 * stretches less
	 * @param bytes the median of what was allocated
	 * @param first the time of the very first one
	 */
	record Cost(long nanos, long cpu, long bytes, long first) {

		@Override
		public String toString() {
			return String.format(Locale.ROOT, "%.3f ms (cpu %.3f ms), %,d KB; the first one %.1f ms", this.nanos / 1e6,
					this.cpu / 1e6, this.bytes / 1024, this.first / 1e6);
		}

	}

	/**
	 * All figures.
	 *
	 * @param spread one of 5,000 keys in 50 documents has changed
	 * @param refresh Spring Cloud's refresh, the keys being in memory
	 * @param refreshFiles Spring Cloud's refresh, the keys being in 50 files
	 * @param whole one of 5,000 keys in one document has changed
	 * @param parse parsing that document alone
	 */
	record Figures(Cost spread, Cost refresh, Cost refreshFiles, Cost whole, Cost parse) {
	}

	/**
	 * Runs the measurement.
	 * @param arguments how many rounds of each; 101 if not given
	 * @throws Exception if it fails
	 */
	public static void main(String[] arguments) throws Exception {
		int rounds = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : ROUNDS;
		Figures figures = measure(WARM_UP, rounds);
		System.out.println("5,000 keys in 50 documents, one key changed");
		System.out.println("  event -> LiveConfig.get():                    " + figures.spread());
		System.out.println("  ContextRefresher.refresh(), keys in memory:   " + figures.refresh());
		System.out.println("  ContextRefresher.refresh(), keys in 50 files: " + figures.refreshFiles());
		compare("  of the refresh with keys in memory, ours takes", figures.spread(), figures.refresh());
		compare("  of the refresh with keys in files, ours takes ", figures.spread(), figures.refreshFiles());
		System.out.println("5,000 keys in one document, one key changed");
		System.out.println("  event -> LiveConfig.get():                    " + figures.whole());
		System.out.println("  SnakeYAML parses the document:                " + figures.parse());
		System.out.printf(Locale.ROOT, "  %.2f times the time, %.2f times the cpu and %.2f times the bytes%n",
				(double) figures.whole().nanos() / figures.parse().nanos(),
				(double) figures.whole().cpu() / figures.parse().cpu(),
				(double) figures.whole().bytes() / figures.parse().bytes());
	}

	private static void compare(String what, Cost ours, Cost other) {
		System.out.printf(Locale.ROOT, "%s 1/%.0f of the time, 1/%.0f of the cpu, 1/%.0f of the bytes%n", what,
				(double) other.nanos() / ours.nanos(), (double) other.cpu() / ours.cpu(),
				(double) other.bytes() / ours.bytes());
	}

	static Figures measure(Duration warmUp, int rounds) throws Exception {
		Path directory = Files.createTempDirectory("reload-cost");
		try {
			Cost refresh = refreshInMemory(warmUp, rounds);
			Cost files = refreshOfFiles(directory, warmUp, rounds);
			Cost spread = governance(50, warmUp, rounds);
			Cost whole = governance(1, warmUp, rounds);
			Cost parse = parse(warmUp, rounds);
			return new Figures(spread, refresh, files, whole, parse);
		}
		finally {
			try (var all = Files.walk(directory)) {
				all.sorted(Comparator.reverseOrder()).forEach((path) -> path.toFile().delete());
			}
		}
	}

	private static Cost governance(int parts, Duration warmUp, int rounds) {
		String names = (parts > 1) ? IntStream.range(1, PARTS).mapToObj((i) -> "p" + i).collect(Collectors.joining(","))
				: "p1";
		List<DocumentId> ids = new ArrayList<>();
		for (String base : (parts > 1) ? List.of("application", "orders") : List.of("orders")) {
			ids.add(id(base + ".yaml"));
			if (parts > 1) {
				IntStream.range(1, PARTS).forEach((i) -> ids.add(id(base + "-p" + i + ".yaml")));
			}
		}
		MemoryBackend.clear();
		for (int part = 0; part < parts; part++) {
			MemoryBackend.put(ConfigDocument.of(ids.get(part), text(part, parts, 0), Revision.of(1)));
		}
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.run("--spring.application.name=orders", "--spring.config.import=governance:",
					"--spring.profiles.active=" + names, "--governance.backend=memory",
					"--governance.config.cache.enabled=false", "--governance.registry.enabled=false",
					"--governance.discovery.enabled=false", "--governance.gray.enabled=false",
					"--spring.main.banner-mode=off", "--logging.level.root=off")) {
			LiveConfig<Price> price = context.getBean(LiveConfigFactory.class).of(Price.class);
			Clock clock = new Clock(price);
			context.getBean(ConfigManager.class).observe(clock);
			return median(warmUp, rounds, (round) -> {
				MemoryBackend.put(ConfigDocument.of(ids.get(0), text(0, parts, round), Revision.of(round)));
				ConfigDocuments event = MemoryBackend.all();
				clock.expect(round);
				return () -> {
					MemoryBackend.deliver(event);
					return clock.seen();
				};
			});
		}
	}

	private static DocumentId id(String name) {
		return new DocumentId(DocumentId.DEFAULT, DocumentId.DEFAULT, name);
	}

	private static Cost refreshInMemory(Duration warmUp, int rounds) {
		try (ConfigurableApplicationContext context = springCloud("spring.config.import=")) {
			Prices prices = context.getBean(Prices.class);
			ContextRefresher refresher = context.getBean(ContextRefresher.class);
			return median(warmUp, rounds, (round) -> {
				context.getEnvironment().getPropertySources().remove("keys");
				Map<String, Object> keys = new LinkedHashMap<>();
				IntStream.range(0, KEYS).forEach((i) -> keys.put(key(i), value(i, round)));
				context.getEnvironment().getPropertySources().addLast(new MapPropertySource("keys", keys));
				return () -> refresh(refresher, prices, round);
			});
		}
	}

	private static Cost refreshOfFiles(Path directory, Duration warmUp, int rounds) throws IOException {
		for (int part = 0; part < 50; part++) {
			Files.writeString(directory.resolve("part" + part + ".yaml"), text(part, 50, 0));
		}
		String imports = IntStream.range(0, 50)
			.mapToObj((part) -> "file:" + directory.resolve("part" + part + ".yaml"))
			.collect(Collectors.joining(","));
		try (ConfigurableApplicationContext context = springCloud("spring.config.import=" + imports)) {
			Prices prices = context.getBean(Prices.class);
			ContextRefresher refresher = context.getBean(ContextRefresher.class);
			return median(warmUp, rounds, (round) -> {
				Files.writeString(directory.resolve("part0.yaml"), text(0, 50, round));
				return () -> refresh(refresher, prices, round);
			});
		}
	}

	private static ConfigurableApplicationContext springCloud(String property) {
		return new SpringApplicationBuilder(SpringCloudApplication.class).web(WebApplicationType.NONE)
			.run("--" + property, "--governance.enabled=false", "--spring.main.banner-mode=off",
					"--logging.level.root=off");
	}

	private static Reading refresh(ContextRefresher refresher, Prices prices, int round) {
		refresher.refresh();
		Reading end = Reading.now();
		if (prices.getFactor() != round) {
			throw new IllegalStateException("Not refreshed");
		}
		return end;
	}

	private static Cost parse(Duration warmUp, int rounds) {
		return median(warmUp, rounds, (round) -> {
			String text = text(0, 1, round);
			return () -> {
				Object parsed = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
				Reading end = Reading.now();
				if (parsed == null) {
					throw new IllegalStateException("Not parsed");
				}
				return end;
			};
		});
	}

	private static Cost median(Duration warmUp, int rounds, Rounds step) {
		long[] nanos = new long[rounds];
		long[] cpu = new long[rounds];
		long[] bytes = new long[rounds];
		try {
			long warm = System.nanoTime() + warmUp.toNanos();
			int number = 0;
			long first = time(step, ++number).nanos();
			while (System.nanoTime() < warm) {
				time(step, ++number);
			}
			for (int i = 0; i < rounds; i++) {
				Reading taken = time(step, ++number);
				nanos[i] = taken.nanos();
				cpu[i] = taken.cpu();
				bytes[i] = taken.bytes();
			}
			Arrays.sort(nanos);
			Arrays.sort(cpu);
			Arrays.sort(bytes);
			return new Cost(nanos[rounds / 2], cpu[rounds / 2], bytes[rounds / 2], first);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Reading time(Rounds step, int number) throws IOException {
		Round round = step.prepare(number);
		Reading start = Reading.now();
		Reading end = round.run();
		return new Reading(end.nanos() - start.nanos(), end.cpu() - start.cpu(), end.bytes() - start.bytes());
	}

	private static String text(int part, int parts, int factor) {
		StringBuilder text = new StringBuilder("# part ").append(part).append('\n');
		int each = KEYS / parts;
		for (int i = part * each; i < (part + 1) * each; i += 10) {
			text.append((i == 0) ? "price" : "service" + (i / 10)).append(":\n");
			for (int j = i; j < i + 10; j++) {
				text.append("  ").append((j == 0) ? "factor" : "max-pool-size" + (j % 10)).append(": ");
				text.append(value(j, factor)).append('\n');
			}
		}
		return text.toString();
	}

	private static String key(int i) {
		return (i == 0) ? "price.factor" : ((i < 10) ? "price" : "service" + (i / 10)) + ".max-pool-size" + (i % 10);
	}

	private static Object value(int i, int factor) {
		return (i == 0) ? factor : "value-of-" + i;
	}

	/** What is done in each round, before the clock runs. */
	@FunctionalInterface
	private interface Rounds {

		Round prepare(int round) throws IOException;

	}

	/** What is measured; returns what the clocks said at its end. */
	@FunctionalInterface
	private interface Round {

		Reading run() throws IOException;

	}

	/**
	 * What the clocks say.
	 *
	 * @param nanos the time
	 * @param cpu how long this thread has been running
	 * @param bytes what it has allocated
	 */
	private record Reading(long nanos, long cpu, long bytes) {

		static Reading now() {
			return new Reading(System.nanoTime(), threads.getCurrentThreadCpuTime(),
					threads.getCurrentThreadAllocatedBytes());
		}

	}

	/** Reads the live value as soon as it may have changed. */
	private static final class Clock implements ConfigObserver {

		private final LiveConfig<Price> price;

		private int expected;

		private @Nullable Reading seen;

		Clock(LiveConfig<Price> price) {
			this.price = price;
		}

		void expect(int factor) {
			this.expected = factor;
			this.seen = null;
		}

		Reading seen() {
			if (this.seen == null) {
				throw new IllegalStateException("The change was not applied");
			}
			return this.seen;
		}

		@Override
		public String name() {
			return "clock";
		}

		@Override
		public Set<String> prefixes() {
			return Set.of("price");
		}

		@Override
		public void onChange(ConfigChange change) {
			if (this.price.get().factor() == this.expected) {
				this.seen = Reading.now();
			}
		}

	}

	/**
	 * A typed value.
	 *
	 * @param factor a number
	 */
	@ConfigurationProperties("price")
	record Price(int factor) {
	}

	/** A typed bean, as Spring Cloud rebinds it. */
	@ConfigurationProperties("price")
	public static class Prices {

		private int factor;

		/**
		 * A number.
		 * @return the number
		 */
		public int getFactor() {
			return this.factor;
		}

		/**
		 * Sets the number.
		 * @param factor the number
		 */
		public void setFactor(int factor) {
			this.factor = factor;
		}

	}

	/** The application with Governance. */
	@EnableAutoConfiguration
	@EnableConfigurationProperties(Prices.class)
	static class Application {

	}

	/** The application without. */
	@EnableAutoConfiguration
	@EnableConfigurationProperties(Prices.class)
	static class SpringCloudApplication {

	}

}
