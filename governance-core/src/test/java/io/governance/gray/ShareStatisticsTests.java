package io.governance.gray;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/**
 * Which shares of a million ids match for each whole percentage. With
 * {@code -Dgovernance.write-docs=true} the tables of the documentation are written anew.
 */
@Timeout(120)
class ShareStatisticsTests {

	private static final int USERS = 1_000_000;

	private static final Path PAGE = Path.of("..", "docs", "gray-release.md");

	private static final String BEGIN = "<!-- shares: begin -->\n";

	private static final String END = "<!-- shares: end -->\n";

	/** The ways to tell a share: each without a salt and with one. */
	private static final List<Way> WAYS = List.of(new Way(ShareHash.FNV1A, null), new Way(ShareHash.FNV1A, "orders-v2"),
			new Way(ShareHash.MURMUR3, null), new Way(ShareHash.MURMUR3, "orders-v2"));

	private static final int OVERLAP_USERS = 200_000;

	private static final List<String> SALTS = List.of("orders-v2", "checkout", "stock", "new-app", "search");

	private static final List<Integer> OVERLAP_PERCENTS = List.of(1, 5, 20, 50);

	private static List<Spread> spreads = List.of();

	private static List<Overlap> overlaps = List.of();

	@BeforeAll
	static void count() {
		List<Spread> counted = new ArrayList<>();
		for (Ids ids : Ids.values()) {
			int[][] buckets = new int[WAYS.size()][PercentageStrategy.ALL];
			int[] seeds = WAYS.stream().mapToInt((way) -> way.hash.seed(way.salt)).toArray();
			IntFunction<String> sequence = ids.sequence();
			for (int i = 0; i < USERS; i++) {
				String id = sequence.apply(i);
				for (int w = 0; w < buckets.length; w++) {
					buckets[w][WAYS.get(w).hash.bucket(seeds[w], id)]++;
				}
			}
			for (int w = 0; w < buckets.length; w++) {
				counted.add(new Spread(ids, WAYS.get(w), buckets[w]));
			}
		}
		spreads = counted;
	}

	@BeforeAll
	static void countOverlaps() {
		List<Overlap> counted = new ArrayList<>();
		for (Ids ids : Ids.values()) {
			for (ShareHash hash : ShareHash.values()) {
				int[][] buckets = new int[SALTS.size()][OVERLAP_USERS];
				IntFunction<String> sequence = ids.sequence();
				for (int i = 0; i < OVERLAP_USERS; i++) {
					String id = sequence.apply(i);
					for (int s = 0; s < buckets.length; s++) {
						buckets[s][i] = hash.bucket(hash.seed(SALTS.get(s)), id);
					}
				}
				for (int percent : OVERLAP_PERCENTS) {
					counted.add(Overlap.of(ids, hash, percent, buckets));
				}
			}
		}
		overlaps = counted;
	}

	@Test
	void sharesOfDifferentSaltsAreIndependentWithMurmurAndNotWithFnv() {
		assertThat(overlaps).filteredOn((overlap) -> overlap.hash == ShareHash.MURMUR3)
			.allSatisfy((overlap) -> assertThat(overlap.worst()).isLessThan(4.5));
		// The documentation says so: whoever mends this must mend that.
		assertThat(overlaps).filteredOn((overlap) -> overlap.hash == ShareHash.FNV1A && overlap.percent == 1)
			.allSatisfy((overlap) -> assertThat(overlap.worst()).isGreaterThan(4.5));
	}

	@Test
	void sharesAreThoseOfTheStrategy() {
		for (Spread spread : spreads) {
			PercentageStrategy strategy = new PercentageStrategy(Share.of(1250), Subject.USER, spread.way.hash,
					spread.way.salt);
			IntFunction<String> sequence = spread.ids.sequence();
			int seed = spread.way.hash.seed(spread.way.salt);
			for (int i = 0; i < 2000; i++) {
				String id = sequence.apply(i);
				assertThat(strategy.matches(GrayContext.ofUser(id))).isEqualTo(spread.way.hash.bucket(seed, id) < 1250);
			}
		}
	}

	@Test
	void raisingTheShareKeepsEverybody() {
		for (Spread spread : spreads) {
			List<GrayContext> users = Stream.of(spread.ids.sequence())
				.flatMap((sequence) -> IntStream.range(0, 1000).mapToObj(sequence))
				.map(GrayContext::ofUser)
				.toList();
			Set<GrayContext> before = Set.of();
			for (int basisPoints = 0; basisPoints <= PercentageStrategy.ALL; basisPoints += 25) {
				PercentageStrategy strategy = new PercentageStrategy(Share.of(basisPoints), Subject.USER,
						spread.way.hash, spread.way.salt);
				Set<GrayContext> now = new HashSet<>();
				users.stream().filter(strategy::matches).forEach(now::add);
				assertThat(now.containsAll(before)).as("%s at %s", spread.way, basisPoints).isTrue();
				assertThat(now.size()).isCloseTo(basisPoints / 10, within(75));
				before = now;
			}
			assertThat(before).hasSize(1000);
		}
	}

	@Test
	void murmurStaysInTheBandForEachShapeAndShare() {
		assertThat(spreads).filteredOn((spread) -> spread.way.hash == ShareHash.MURMUR3)
			.allSatisfy((spread) -> assertThat(spread.worst()).isLessThan(4));
	}

	@Test
	void fnvStaysInTheBandForUuidsAndCloseToItForNumbers() {
		assertThat(spreads).filteredOn((spread) -> spread.way.hash == ShareHash.FNV1A && spread.ids == Ids.UUIDS)
			.allSatisfy((spread) -> assertThat(spread.worst()).isLessThan(4));
		assertThat(spreads).filteredOn((spread) -> spread.way.hash == ShareHash.FNV1A && spread.ids != Ids.UUIDS)
			.allSatisfy((spread) -> assertThat(spread.farthest()).isLessThan(0.02));
	}

	@Test
	void documentationShowsTheseFigures() throws IOException {
		String page = Files.readString(PAGE);
		String figures = BEGIN + tables() + END;
		if (Boolean.getBoolean("governance.write-docs")) {
			page = Pattern.compile(BEGIN + ".*" + END, Pattern.DOTALL)
				.matcher(page)
				.replaceFirst(Matcher.quoteReplacement(figures));
			Files.writeString(PAGE, page);
		}
		assertThat(page).contains(figures);
	}

	private static String tables() {
		StringBuilder text = new StringBuilder();
		text.append("| ids | hash | salt | farthest from the share asked for | in standard deviations | "
				+ "chi-square of the 100 buckets |\n| --- | --- | --- | --- | --- | --- |\n");
		for (Spread spread : spreads) {
			text.append("| %s | `%s` | %s | %.3f | %.1f | %.0f |%n".formatted(spread.ids, spread.way.name(),
					(spread.way.salt != null) ? "`" + spread.way.salt + "`" : "", 100 * spread.farthest(),
					spread.worst(), spread.chiSquare()));
		}
		text.append("\nOf the users in the share of one salt, the percentage that is in the share of another salt too: "
				+ "the lowest and the highest of ten pairs of salts, of 200,000 ids. If the choices are independent, "
				+ "it is the share itself.\n\n| asked |");
		for (Ids ids : Ids.values()) {
			for (ShareHash hash : ShareHash.values()) {
				text.append(" %s, `%s` |".formatted(ids, new Way(hash, null).name()));
			}
		}
		text.append("\n| --- |").append(" --- |".repeat(6)).append('\n');
		for (int percent : OVERLAP_PERCENTS) {
			text.append("| %d |".formatted(percent));
			overlaps.stream()
				.filter((overlap) -> overlap.percent == percent)
				.forEach((overlap) -> text.append(" %.1f to %.1f |".formatted(overlap.lowest, overlap.highest)));
			text.append('\n');
		}
		text.append("\nThe share that matches, in percent, for each whole percentage; 99.9 % of random choices lie "
				+ "in the band. Without a salt:\n\n| asked | band |");
		List<Spread> shown = spreads.stream().filter((spread) -> spread.way.salt == null).toList();
		shown.forEach((spread) -> text.append(" %s, `%s` |".formatted(spread.ids, spread.way.name())));
		text.append("\n| --- | --- |").append(" --- |".repeat(shown.size())).append('\n');
		for (int percent = 0; percent <= 100; percent++) {
			int asked = percent;
			double band = 3.29 * deviation(percent) / USERS * 100;
			text.append("| %d | ± %.3f |".formatted(percent, band))
				.append(shown.stream()
					.map((spread) -> spread.cell(asked, band))
					.collect(Collectors.joining("|", "", "|\n")));
		}
		return text.toString().replace(System.lineSeparator(), "\n");
	}

	private static double deviation(int percent) {
		return Math.sqrt(USERS * (percent / 100.0) * (1 - percent / 100.0));
	}

	/** How much the shares of two salts overlap, in percent of the first one. */
	private record Overlap(Ids ids, ShareHash hash, int percent, double lowest, double highest) {

		static Overlap of(Ids ids, ShareHash hash, int percent, int[][] buckets) {
			double lowest = 100;
			double highest = 0;
			for (int one = 0; one < buckets.length; one++) {
				for (int other = one + 1; other < buckets.length; other++) {
					int in = 0;
					int both = 0;
					for (int i = 0; i < OVERLAP_USERS; i++) {
						if (buckets[one][i] < percent * 100) {
							in++;
							both += (buckets[other][i] < percent * 100) ? 1 : 0;
						}
					}
					lowest = Math.min(lowest, 100.0 * both / in);
					highest = Math.max(highest, 100.0 * both / in);
				}
			}
			return new Overlap(ids, hash, percent, lowest, highest);
		}

		/** How far the farthest is from the share, in standard deviations. */
		double worst() {
			double share = this.percent / 100.0;
			double deviation = 100 * Math.sqrt(share * (1 - share) / (OVERLAP_USERS * share));
			return Math.max(this.percent - this.lowest, this.highest - this.percent) / deviation;
		}

	}

	private record Way(ShareHash hash, @Nullable String salt) {

		String name() {
			return this.hash.name().toLowerCase(Locale.ROOT);
		}

	}

	private record Spread(Ids ids, Way way, int[] buckets) {

		int matching(int percent) {
			return IntStream.range(0, percent * 100).map((bucket) -> this.buckets[bucket]).sum();
		}

		double share(int percent) {
			return (double) matching(percent) / USERS;
		}

		String cell(int percent, double band) {
			double share = 100 * share(percent);
			boolean outside = Math.abs(share - percent) > band;
			return (outside ? " **%.3f** " : " %.3f ").formatted(share);
		}

		double farthest() {
			return IntStream.rangeClosed(0, 100)
				.mapToDouble((percent) -> Math.abs(share(percent) - percent / 100.0))
				.max()
				.orElseThrow();
		}

		double worst() {
			return IntStream.range(1, 100)
				.mapToDouble((percent) -> Math.abs(matching(percent) - USERS * percent / 100.0) / deviation(percent))
				.max()
				.orElseThrow();
		}

		double chiSquare() {
			double expected = USERS / 100.0;
			return IntStream.range(0, 100)
				.mapToDouble((percent) -> matching(percent + 1) - matching(percent))
				.map((count) -> (count - expected) * (count - expected) / expected)
				.sum();
		}

	}

}
