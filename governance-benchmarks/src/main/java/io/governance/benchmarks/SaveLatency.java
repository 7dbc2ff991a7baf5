package io.governance.benchmarks;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import io.governance.boot.config.LiveConfig;
import io.governance.boot.config.LiveConfigFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Measures how long it takes from saving a document until {@link LiveConfig#get()} shows
 * it, through a whole application on the local backend, beside what the operating system
 * and the JDK's {@link WatchService} alone take.
 */
public final class SaveLatency {

	private static final int SAVES = 200;

	private static final int WARM_UP = 50;

	private SaveLatency() {
	}

	/**
	 * Runs the measurement.
	 * @param arguments not used
	 * @throws Exception if it fails
	 */
	public static void main(String[] arguments) throws Exception {
		Path directory = Files.createTempDirectory("save-latency");
		Path document = Files.createDirectories(directory.resolve("config/default/default")).resolve("orders.yaml");
		Files.writeString(document, "price: {factor: 0}");
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.run("--spring.application.name=orders", "--spring.config.import=governance:",
					"--governance.local.directory=" + directory, "--governance.config.cache.enabled=false",
					"--governance.registry.enabled=false", "--spring.main.banner-mode=off",
					"--logging.level.root=warn")) {
			LiveConfig<Price> price = context.getBean(LiveConfigFactory.class).of(Price.class);
			report("WatchService alone", watchService(Files.createTempDirectory("watch-service")));
			report("renamed into place -> LiveConfig.get()", saves(document, price, true));
			report("written in place -> LiveConfig.get() (settle time 50 ms)", saves(document, price, false));
		}
	}

	private static long[] saves(Path document, LiveConfig<Price> price, boolean rename) throws IOException {
		long[] nanos = new long[SAVES];
		for (int i = -WARM_UP; i < SAVES; i++) {
			int next = price.get().factor() + 1;
			Path target = rename ? document.resolveSibling(".aside") : document;
			Files.writeString(target, "price: {factor: " + next + "}");
			if (rename) {
				Files.move(target, document, StandardCopyOption.ATOMIC_MOVE);
			}
			long start = System.nanoTime();
			while (price.get().factor() != next) {
				if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(10)) {
					throw new IllegalStateException("A saved document was not seen within 10 s");
				}
				Thread.onSpinWait();
			}
			if (i >= 0) {
				nanos[i] = System.nanoTime() - start;
			}
		}
		return nanos;
	}

	private static long[] watchService(Path directory) throws IOException, InterruptedException {
		long[] nanos = new long[SAVES];
		try (WatchService watch = FileSystems.getDefault().newWatchService()) {
			directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
			for (int i = -WARM_UP; i < SAVES; i++) {
				Files.createFile(directory.resolve("file" + (i + WARM_UP)));
				long start = System.nanoTime();
				@Nullable WatchKey key = watch.poll(10, TimeUnit.SECONDS);
				if (key == null) {
					throw new IllegalStateException("A file was not seen within 10 s");
				}
				if (i >= 0) {
					nanos[i] = System.nanoTime() - start;
				}
				key.pollEvents();
				key.reset();
			}
		}
		return nanos;
	}

	private static void report(String what, long[] nanos) {
		Arrays.sort(nanos);
		System.out.printf("%s: median %.2f ms, 90 %% within %.2f ms, max %.2f ms%n", what, nanos[SAVES / 2] / 1e6,
				nanos[SAVES * 9 / 10] / 1e6, nanos[SAVES - 1] / 1e6);
	}

	/**
	 * What the document holds.
	 *
	 * @param factor a number
	 */
	@ConfigurationProperties("price")
	record Price(int factor) {
	}

	/** The application. */
	@EnableAutoConfiguration
	static class Application {

	}

}
