package io.governance.samples.platform.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens to a platform in a day, in minutes, under 200 requests a second. No
 * request may fail but in the phase that makes them fail; the answer of a fallback is a
 * failure.
 */
final class Story {

	/** Requests in a second: fewer where the machine has other work to do. */
	private static final int RATE = Integer.getInteger("story.rate", 200);

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final String backend;

	private final Platform platform;

	private final Caller caller;

	private final Duration time;

	private final Duration outage;

	private final MemberProbe probe = new MemberProbe();

	private final List<String> rows = new ArrayList<>();

	private final List<String> failures = new ArrayList<>();

	private boolean told;

	/**
	 * Creates a story.
	 * @param backend the backend's name
	 * @param platform a platform that runs
	 * @param time how long each phase lasts once it has come to rest
	 * @param outage how long the registry is away
	 */
	Story(String backend, Platform platform, Duration time, Duration outage) {
		this.backend = backend;
		this.platform = platform;
		this.caller = new Caller(platform.gateway());
		this.time = time;
		this.outage = outage;
	}

	void tell() {
		try (LoadGenerator load = new LoadGenerator(this.platform.gateway(), RATE)) {
			awaitWarm(List.of(load), RATE);
			quietPhase(load, "steady", () -> {
			});
			quietPhase(load, "gray: 10 %", () -> raiseGray(10));
			quietPhase(load, "gray: 100 %", () -> raiseGray(100));
			quietPhase(load, "config broken", this::breakConfig);
			quietPhase(load, "config and gray rolled back", this::rollBack);
			quietPhase(load, "one of user-service and one of order-service killed (`kill -9`)", this::kill);
			quietPhase(load, "rolling restart of user-service and order-service", this::restart);
			quietPhase(load, "registry away for " + this.outage.toSeconds() + " s", this::registryAway);
			breakerPhase(load);
			quietPhase(load, "steady again", () -> {
			});
		}
		assertThat(this.failures).isEmpty();
		this.told = true;
	}

	/**
	 * What is compiled and connected while the first requests come is nobody's failure.
	 */
	static void awaitWarm(List<LoadGenerator> load, int rate) {
		Platform.await("the platform is warm", Duration.ofMinutes(3), () -> {
			load.forEach(LoadGenerator::take);
			Platform.pause(Duration.ofSeconds(2));
			return load.stream()
				.map(LoadGenerator::take)
				.allMatch((figures) -> figures.failed() == 0 && figures.rate() > 0.9 * rate
						&& figures.p99().compareTo(Duration.ofSeconds(1)) < 0);
		});
	}

	private void quietPhase(LoadGenerator load, String name, Runnable action) {
		action.run();
		Platform.pause(this.time);
		Figures figures = load.take();
		row(name, figures);
		if (figures.failed() > 0) {
			this.failures.add(name + ": " + figures.failed() + " failed: " + figures.examples());
		}
		assertThat(figures.gets()).as(name).isPositive();
		assertThat(figures.posts()).as(name).isPositive();
	}

	private void raiseGray(int percentage) {
		this.platform.raiseGray(percentage);
		Platform.await("gray of " + percentage + " %", PATIENCE, () -> {
			long gray = IntStream.range(0, 40).filter((i) -> this.caller.version("u" + i).startsWith("2.")).count();
			return (percentage == 100) ? gray == 40 : gray > 0;
		});
	}

	private void breakConfig() {
		this.platform.breakConfig();
		awaitReports("the broken config is refused", MemberReport::refused);
	}

	private void rollBack() {
		this.platform.rollBack();
		awaitReports("the config is well again", (report) -> !report.refused());
		raiseGray(10);
	}

	private void awaitReports(String what, Predicate<MemberReport> condition) {
		Platform.await(what, PATIENCE,
				() -> this.platform.instances(Platform.USERS)
					.stream()
					.allMatch((instance) -> this.probe.ask(instance).filter(condition).isPresent()));
	}

	private void kill() {
		List<Member> killed = Stream.of(Platform.USERS, Platform.ORDERS)
			.map((service) -> this.platform.member(service, Instance.STABLE))
			.toList();
		killed.forEach(this.platform::kill);
		killed.forEach((member) -> Platform.await(member.id() + " is not called any more", Duration.ofMinutes(2),
				() -> this.platform.instances(member.service())
					.stream()
					.noneMatch((one) -> one.id().equals(member.id()) && one.status() == InstanceStatus.UP)));
		killed.forEach((member) -> this.platform.awaitUp(this.platform.start(member.service(), Instance.STABLE)));
	}

	private void restart() {
		this.platform.replace(this.platform.members()
			.stream()
			.filter((member) -> !member.service().equals(Platform.GATEWAY))
			.toList());
	}

	private void registryAway() {
		this.platform.registry().stop();
		try {
			Platform.pause(this.outage);
		}
		finally {
			this.platform.registry().restore();
		}
		Platform.await("the registry knows everybody again", Duration.ofMinutes(2),
				() -> this.platform.members()
					.stream()
					.allMatch((member) -> this.platform.instances(member.service())
						.stream()
						.anyMatch((one) -> one.id().equals(member.id()) && one.status() == InstanceStatus.UP)));
	}

	private void breakerPhase(LoadGenerator load) {
		this.platform.trouble(100);
		Platform.await("the gateway says 503", PATIENCE,
				() -> this.caller.get("/api/users/1", "u1").statusCode() == 503);
		Platform.await("order-service falls back", PATIENCE,
				() -> this.caller.get("/api/orders/1", "u1").body().contains("\"degraded\":true"));
		load.take();
		Platform.pause(this.time);
		Figures figures = load.take();
		row("user-service refuses all calls: circuit breaker", figures);
		this.platform.trouble(0);
		Platform.await("calls come through again", PATIENCE, () -> IntStream.range(0, 40).allMatch((i) -> {
			String body = this.caller.get("/api/orders/" + (1 + i), "u" + i).body();
			return body.contains("\"degraded\":false") && !this.caller.version("u" + i).isEmpty();
		}));
		load.take();
		assertThat(figures.refused()).isPositive();
		assertThat(figures.fallbacks()).isPositive();
		assertThat(figures.refused() + figures.fallbacks()).as(figures.examples().toString())
			.isEqualTo(figures.failed());
	}

	private void row(String name, Figures figures) {
		String row = String.format(Locale.ROOT, "| %s | %d | %.0f | %d | %.0f | %.0f | %.0f | %.0f %% |", name,
				figures.requests(), figures.rate(), figures.failed(), figures.p50().toNanos() / 1e6,
				figures.p99().toNanos() / 1e6, figures.max().toNanos() / 1e6, figures.gray());
		this.rows.add(row);
		System.out.println(row);
	}

	/**
	 * Writes the figures to {@code target/story.md}, and with the property
	 * {@code governance.write-docs} those of a whole story into {@code docs/story.md}.
	 */
	void write() throws IOException {
		String begin = "<!-- story of " + this.backend + " -->\n";
		String end = "<!-- /story of " + this.backend + " -->\n";
		StringBuilder text = new StringBuilder(begin);
		text.append("| phase | requests | a second | failed | p50, ms | p99, ms | max, ms | from version 2 |\n")
			.append("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
		this.rows.forEach((row) -> text.append(row).append('\n'));
		text.append(end);
		write(Path.of("target", "story.md"), text.toString(), begin, end);
		if (this.told && System.getProperty("governance.write-docs") != null) {
			write(Path.of("..", "..", "..", "docs", "story.md"), text.toString(), begin, end);
		}
	}

	/** In the place of what was measured before. */
	private static void write(Path file, String section, String begin, String end) throws IOException {
		String before = Files.exists(file) ? Files.readString(file) : "";
		int from = before.indexOf(begin);
		int to = before.indexOf(end);
		Files.writeString(file, (from >= 0 && to > from)
				? before.substring(0, from) + section + before.substring(to + end.length()) : before + section);
	}

}
