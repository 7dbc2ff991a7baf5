package io.governance.gray;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class RuleLookUpTests {

	private static final List<String> CONDITIONS = List.of("users: [u%d, u%d]", "region: [r%d]",
			"region: {in: [r%d, r%d], claim: area}", "header: {name: x-beta, equals: t%d}",
			"header: {name: X-Beta, in: [t%d, t%d]}", "header: {name: X-Beta, prefix: t%d}",
			"header: {name: X-Beta, present: false}", "cookie: {name: beta, equals: t%d}",
			"query: {name: beta, in: [t%d, t%d]}", "method: [GET, m%d]", "path: /p%d", "path: {prefix: /p%d}",
			"percentage: {value: 30, salt: s%d}", "percentage: {value: 41.37, salt: s%d, hash: murmur3}",
			"percentage: {value: 55.5, of: {header: X-Beta}}",
			"percentage: {value: 70, of: {cookie: beta}, hash: murmur3}",
			"between: {from: '0%d:30', to: '0%d:00', zone: Asia/Shanghai}",
			"between: {days: [sat, sun], zone: Europe/Berlin}", "between: {from: 2026-03-29T0%d:10:00Z}");

	/** So that ids of all lengths are hashed, and some of characters beyond ASCII. */
	private static final List<String> SUFFIXES = List.of("", "", "", "", "-a", "-ab", "-abc", "-\u00fc",
			"-\u4e2d\ud83d\ude00");

	private static final Instant START = Instant.parse("2026-03-28T20:00:00Z");

	private final SettableClock clock = new SettableClock(START.toString());

	@Test
	void rulesThatAreLookedUpDecideAsAskingEachOneDoes() {
		Random random = new Random(11);
		for (int round = 0; round < 60; round++) {
			GrayRules rules = rules(Stream.generate(() -> condition(random, 0)).limit(128).toList());
			for (int i = 0; i < 40; i++) {
				GrayContext request = request(random);
				this.clock.set(START.plusSeconds(random.nextInt(30 * 3600)).toString());
				Map<String, String> first = new LinkedHashMap<>();
				for (RequestRule rule : rules.rules()) {
					if (rule.strategy().matches(request)) {
						first.putIfAbsent(((GrayRule) rule).service(), rule.name());
					}
				}
				assertThat(rules.decide(request).rules()).containsExactlyElementsOf(first.values());
			}
		}
	}

	private static String condition(Random random, int depth) {
		return switch (random.nextInt(CONDITIONS.size() + ((depth < 2) ? 3 : 0)) - CONDITIONS.size()) {
			case 0 -> "any: " + conditions(random, depth);
			case 1 -> "all: " + conditions(random, depth);
			case 2 -> "not: {" + condition(random, depth + 1) + "}";
			default ->
				CONDITIONS.get(random.nextInt(CONDITIONS.size())).formatted(random.nextInt(6), random.nextInt(4) + 6);
		};
	}

	private static List<String> conditions(Random random, int depth) {
		return Stream.generate(() -> "{" + condition(random, depth + 1) + "}").limit(1 + random.nextInt(3)).toList();
	}

	private static GrayContext request(Random random) {
		List<String> pairs = new ArrayList<>();
		for (String text : List.of("user u", "header X-Region r", "header X-Beta t", "claim area r", "cookie beta t",
				"query beta t", "method m", "path /p")) {
			if (random.nextInt(4) > 0) {
				int end = text.lastIndexOf(' ');
				pairs.add(text.substring(0, end));
				pairs.add(text.substring(end + 1) + random.nextInt(13) + SUFFIXES.get(random.nextInt(SUFFIXES.size())));
			}
		}
		return Requests.of(pairs.toArray(String[]::new));
	}

	/** Of 32 services, as many as a header holds. */
	private GrayRules rules(List<String> conditions) {
		return new GrayRulesParser(List.of(), this.clock).parse("gray.yaml",
				"rules:\n" + IntStream.range(0, conditions.size())
					.mapToObj((i) -> "  - {name: r%d, service: s%d, lane: l, match: {%s}}\n".formatted(i, i % 32,
							conditions.get(i)))
					.collect(Collectors.joining()));
	}

	@Test
	void placeInWhichManyRulesLookIsLookedAtOnce() {
		GrayRules rules = rules(IntStream.range(0, 30)
			.mapToObj((i) -> "header: {name: %s, equals: t%d}".formatted((i % 2 == 0) ? "X-Beta" : "x-beta", i))
			.toList());
		AtomicInteger looks = new AtomicInteger();
		GrayContext request = new GrayContext() {

			@Override
			public @Nullable String userId() {
				return null;
			}

			@Override
			public String header(String name) {
				looks.incrementAndGet();
				return "none of them";
			}

		};
		assertThat(rules.decide(request)).isSameAs(GrayDecision.STABLE);
		assertThat(looks).hasValue(1);
	}

	@Test
	void idOfManySharesIsReadOnceAndTheClockToo() {
		AtomicInteger readings = new AtomicInteger();
		GrayRules rules = new GrayRulesParser(List.of(), () -> {
			readings.incrementAndGet();
			return START;
		}).parse("gray.yaml", "rules:\n" + IntStream.range(0, 30)
			.mapToObj((
					i) -> ("  - {name: r%d, service: s%d, lane: l, expires: 2026-04-%02dT00:00:00Z, match: {all: [{percentage: "
							+ "{value: 0.01, salt: s%d}}, {between: {from: '0%d:00', to: '0%d:30', zone: UTC}}]}}\n")
						.formatted(i, i, i + 1, i, i % 9, i % 9))
			.collect(Collectors.joining()));
		AtomicInteger looks = new AtomicInteger();
		GrayContext request = () -> {
			looks.incrementAndGet();
			return "user-1";
		};
		readings.set(0);
		assertThat(rules.decide(request)).isSameAs(GrayDecision.STABLE);
		assertThat(looks).hasValue(1);
		assertThat(readings).hasValue(1);
	}

	@Test
	void ruleThatIsLookedUpEndsAtItsMomentAndStaysEnded() {
		GrayRules rules = new GrayRulesParser(List.of(), this.clock).parse("gray.yaml", """
				rules:
				  - {name: a, service: a, lane: l, expires: 2026-03-28T21:00:00Z, match: {percentage: 100}}
				  - {name: b, service: b, lane: l, expires: 2026-03-28T22:00:00Z, match: {percentage: 100}}
				""");
		GrayContext request = GrayContext.ofUser("user-1");
		assertThat(rules.decide(request).rules()).containsExactly("a", "b");
		this.clock.set("2026-03-28T20:59:59.999Z");
		assertThat(rules.decide(request).rules()).containsExactly("a", "b");
		this.clock.set("2026-03-28T21:00:00Z");
		assertThat(rules.decide(request).rules()).containsExactly("b");
		this.clock.set(START.toString());
		assertThat(rules.decide(request).rules()).containsExactly("b");
		this.clock.set("2026-03-28T22:00:00Z");
		assertThat(rules.decide(request)).isSameAs(GrayDecision.STABLE);
		this.clock.set(START.toString());
		assertThat(rules.decide(request)).isSameAs(GrayDecision.STABLE);
	}

	@Test
	void timeThatCannotBeToldRevivesNothingAndFailsNoRequest() {
		this.clock.set(Instant.MIN.toString());
		GrayRules rules = new GrayRulesParser(List.of(), this.clock).parse("gray.yaml", """
				rules:
				  - {name: a, service: a, lane: l, expires: 2026-03-28T21:00:00Z, match: {percentage: 100}}
				  - {name: b, service: b, lane: l, match: {between: {from: '20:00', to: '22:00', zone: UTC}}}
				  - {name: c, service: c, lane: l, match: {percentage: 100}}
				""");
		GrayContext request = GrayContext.ofUser("user-1");
		assertThat(rules.decide(request).rules()).contains("c").doesNotContain("b");
		this.clock.set(START.toString());
		assertThat(rules.decide(request).rules()).containsExactly("a", "b", "c");
		this.clock.set("2026-03-28T21:00:00Z");
		assertThat(rules.decide(request).rules()).containsExactly("b", "c");
		for (Instant absurd : List.of(Instant.MIN, Instant.MAX)) {
			this.clock.set(absurd.toString());
			assertThat(rules.decide(request).rules()).containsExactly("c");
		}
	}

	static Stream<Throwable> thrown() {
		return Stream.of(new IllegalStateException("recycled"), new NoClassDefFoundError("com/acme/Token"));
	}

	@ParameterizedTest
	@MethodSource("thrown")
	void contextThatThrowsConcernsOnlyTheRulesThatAskIt(Throwable thrown) {
		GrayRules rules = rules(List.of("header: {name: X-Beta, equals: a}", "header: {name: X-Beta, equals: b}",
				"users: [alice]", "users: [alice, bob]", "percentage: {value: 99, salt: a, of: {header: X-Device}}",
				"percentage: {value: 99, salt: b, of: {header: X-Device}}"));
		GrayContext request = new GrayContext() {

			@Override
			public String userId() {
				return "alice";
			}

			@Override
			public @Nullable String header(String name) {
				if (thrown instanceof Error error) {
					throw error;
				}
				throw (RuntimeException) thrown;
			}

		};
		assertThat(rules.decide(request).rules()).containsExactly("r2", "r3");
	}

	@Test
	void listsTooLongToBeCopiedAreAskedOneByOne() {
		String many = IntStream.rangeClosed(0, RequiredText.MAX_TEXTS)
			.mapToObj((i) -> "u" + i)
			.collect(Collectors.joining(", "));
		GrayRules rules = rules(List.of("users: [" + many + "]", "users: [u1, x]", "users: [u2, y]"));
		assertThat(rules.decide(GrayContext.ofUser("u1")).rules()).containsExactly("r0", "r1");
		assertThat(rules.decide(GrayContext.ofUser("x")).rules()).containsExactly("r1");
		assertThat(rules.decide(GrayContext.ofUser("u1000")).rules()).containsExactly("r0");
	}

	@Test
	void userOfBrokenCharactersIsFoundAsItIsListed() {
		GrayRules rules = GrayRules.of(IntStream.range(0, 3)
			.mapToObj((i) -> new GrayRule("r" + i, "s" + i, new Lane("l"),
					new UsersStrategy(List.of("user-\ud800", "user-" + i)), Otherwise.STABLE))
			.toList());
		assertThat(rules.decide(GrayContext.ofUser("user-\ud800")).rules()).containsExactly("r0", "r1", "r2");
		assertThat(rules.decide(GrayContext.ofUser("user-?")).rules()).isEmpty();
		assertThat(rules.decide(GrayContext.ofUser("user-1")).rules()).containsExactly("r1");
	}

}
