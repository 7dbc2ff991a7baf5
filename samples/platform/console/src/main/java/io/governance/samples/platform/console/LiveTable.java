package io.governance.samples.platform.console;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.governance.registry.Instance;

/**
 * How the platform is doing, as text.
 */
final class LiveTable {

	private static final String ROW = "%-13s %-17s %-7s %-8s %-8s %9s %7s %8s %8s  %-10s %s%n";

	private final Platform platform;

	private final LoadGenerator load;

	private final MemberProbe probe = new MemberProbe();

	LiveTable(Platform platform, LoadGenerator load) {
		this.platform = platform;
		this.load = load;
	}

	/** Asks everybody. */
	String render() {
		StringBuilder text = new StringBuilder();
		text.append(row("service", "instance", "lane", "version", "status", "requests", "errors", "p50", "p99",
				"config", "circuit breakers"));
		for (String service : Platform.SERVICES) {
			List<Instance> instances = this.platform.instances(service)
				.stream()
				.sorted(Comparator.comparing(Instance::id))
				.toList();
			for (Instance instance : instances) {
				text.append(row(instance, this.probe.ask(instance)));
			}
		}
		return text.append(summary(this.load.look())).toString();
	}

	private static String row(Instance instance, Optional<MemberReport> report) {
		String status = instance.status().name().toLowerCase(Locale.ROOT);
		return report
			.map((told) -> row(instance.service(), instance.id(), instance.lane(), instance.version(), status,
					told.requests(), told.errors(), millis(told.p50()), millis(told.p99()),
					shortened(told.revision()) + (told.refused() ? " !" : ""),
					told.breakers().isEmpty() ? "closed" : told.breakers()))
			.orElseGet(() -> row(instance.service(), instance.id(), instance.lane(), instance.version(), status, "", "",
					"", "", "", "no answer"));
	}

	private static String row(Object... cells) {
		return String.format(Locale.ROOT, ROW, cells);
	}

	private static String shortened(String revision) {
		return revision.substring(0, Math.min(8, revision.length()));
	}

	private static String summary(Figures now) {
		return String.format(Locale.ROOT,
				"%nclients: %d requests, %.0f a second, %d failed (%d with 503, %d fallbacks), p50 %s, p99 %s; "
						+ "%.0f %% from version 2%n%s",
				now.requests(), now.rate(), now.failed(), now.refused(), now.fallbacks(), millis(now.p50()),
				millis(now.p99()), now.gray(),
				now.examples().isEmpty() ? "" : "last failure: " + shortLine(now.examples().get(0)) + "\n");
	}

	private static String shortLine(String text) {
		return text.substring(0, Math.min(110, text.length())).replaceAll("\\s+", " ");
	}

	static String millis(Duration time) {
		return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
	}

}
