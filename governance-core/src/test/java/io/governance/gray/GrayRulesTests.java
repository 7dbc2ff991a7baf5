package io.governance.gray;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class GrayRulesTests {

	private static final Lane GRAY = new Lane("gray");

	private static final Lane BLUE = new Lane("blue");

	@Test
	void everythingIsStableWithoutRules() {
		assertThat(GrayRules.NONE.decide(GrayContext.ofUser("a")).lanes()).isSameAs(LaneContext.STABLE);
		assertThat(GrayRules.NONE.otherwise("orders")).isEmpty();
	}

	@Test
	void sendsMatchingRequestsToTheLaneOfTheService() {
		GrayRules rules = GrayRules.of(List.of(rule("r1", "orders", GRAY, "a")));
		LaneContext lanes = rules.decide(GrayContext.ofUser("a")).lanes();
		assertThat(lanes.laneFor("orders")).isEqualTo(GRAY);
		assertThat(lanes.laneFor("payments")).isEqualTo(Lane.STABLE);
		assertThat(rules.decide(GrayContext.ofUser("b")).lanes()).isSameAs(LaneContext.STABLE);
		assertThat(rules.decide(GrayContext.NONE).lanes()).isSameAs(LaneContext.STABLE);
	}

	@Test
	void firstMatchingRuleOfAServiceWins() {
		GrayRules rules = GrayRules.of(List.of(rule("r1", "orders", GRAY, "a"), rule("r2", "orders", BLUE, "a", "b")));
		assertThat(rules.decide(GrayContext.ofUser("a")).lanes().laneFor("orders")).isEqualTo(GRAY);
		assertThat(rules.decide(GrayContext.ofUser("b")).lanes().laneFor("orders")).isEqualTo(BLUE);
	}

	@Test
	void ruleForAllServicesLeavesThoseDecidedBefore() {
		GrayRules rules = GrayRules.of(List.of(rule("r1", "payments", Lane.STABLE, "a"),
				rule("r2", "*", GRAY, "a", "b"), rule("r3", "orders", BLUE, "a", "b", "c")));
		LaneContext a = rules.decide(GrayContext.ofUser("a")).lanes();
		assertThat(a.laneFor("payments")).isEqualTo(Lane.STABLE);
		assertThat(a.laneFor("orders")).isEqualTo(GRAY);
		assertThat(a.toHeader()).isEqualTo("gray,payments=stable");
		assertThat(rules.decide(GrayContext.ofUser("b")).lanes().toHeader()).isEqualTo("gray");
		assertThat(rules.decide(GrayContext.ofUser("c")).lanes().toHeader()).isEqualTo("orders=blue");
	}

	@Test
	@DisplayName("F43 rules tell what to do where nobody takes calls in a lane; the first one counts")
	void tellsWhatToDoOtherwise() {
		GrayRules rules = GrayRules.of(List.of(new GrayRule("r1", "orders", GRAY, (context) -> true, Otherwise.REFUSE),
				new GrayRule("r2", "*", GRAY, (context) -> true, Otherwise.ANY),
				new GrayRule("r3", "*", BLUE, (context) -> true, Otherwise.STABLE)));
		assertThat(rules.otherwise("orders")).isEqualTo(Map.of(GRAY, Otherwise.REFUSE, BLUE, Otherwise.STABLE));
		assertThat(rules.otherwise("payments")).isEqualTo(Map.of(GRAY, Otherwise.ANY, BLUE, Otherwise.STABLE));
	}

	@Test
	void strategyThatThrowsDoesNotMatch() {
		GrayRules rules = GrayRules.of(List.of(new GrayRule("r1", "orders", GRAY, (context) -> {
			throw new IllegalStateException("broken");
		}, Otherwise.STABLE), rule("r2", "orders", BLUE, "a")));
		assertThat(rules.decide(GrayContext.ofUser("a")).lanes().laneFor("orders")).isEqualTo(BLUE);
		assertThat(rules.decide(GrayContext.ofUser("b")).lanes()).isSameAs(LaneContext.STABLE);
	}

	@Test
	@DisplayName("Of many rules each combination gives its own lanes, also beyond what is remembered")
	void decidesEachCombination() {
		List<GrayRule> list = IntStream.range(0, 14)
			.mapToObj((i) -> new GrayRule("r" + i, "s" + i, GRAY,
					(context) -> (Integer.parseInt(context.userId()) >> i & 1) != 0, Otherwise.STABLE))
			.toList();
		GrayRules rules = GrayRules.of(list);
		for (int pass = 0; pass < 2; pass++) {
			for (int user = 0; user < 1 << 14; user++) {
				LaneContext lanes = rules.decide(GrayContext.ofUser(Integer.toString(user))).lanes();
				for (int i = 0; i < 14; i++) {
					assertThat(lanes.laneFor("s" + i) == GRAY).isEqualTo((user >> i & 1) != 0);
				}
			}
		}
	}

	@Test
	void decisionsAllocateNothing() {
		List<String> users = IntStream.range(0, 10_000).mapToObj((i) -> "user" + i).toList();
		GrayRules rules = GrayRules.of(List.of(
				new GrayRule("r1", "orders", GRAY,
						new AnyStrategy(List.of(new UsersStrategy(users), new PercentageStrategy(1050, "s"))),
						Otherwise.STABLE),
				new GrayRule("r2", "*", BLUE, new PercentageStrategy(5000), Otherwise.STABLE)));
		List<GrayContext> contexts = new ArrayList<>();
		IntStream.range(9_000, 11_000).forEach((i) -> contexts.add(GrayContext.ofUser("用户🙂user" + i)));
		IntStream.range(9_000, 11_000).forEach((i) -> contexts.add(GrayContext.ofUser("user" + i)));
		GrayContext[] array = contexts.toArray(GrayContext[]::new);
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		int stable = decide(rules, array, 30);
		assertThat(stable).isPositive();
		long before = threads.getCurrentThreadAllocatedBytes();
		decide(rules, array, 30);
		// The measurement itself and late class loading may allocate a little, never per
		// decision.
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(array.length * 30L);
	}

	private static int decide(GrayRules rules, GrayContext[] contexts, int times) {
		int stable = 0;
		for (int i = 0; i < times; i++) {
			for (GrayContext context : contexts) {
				stable += rules.decide(context).lanes().laneFor("orders") == Lane.STABLE ? 1 : 0;
			}
		}
		return stable;
	}

	@Test
	void refusesWhatItCannotHold() {
		List<GrayRule> many = IntStream.range(0, 129).mapToObj((i) -> rule("r" + i, "orders", GRAY, "a")).toList();
		assertThatIllegalArgumentException().isThrownBy(() -> GrayRules.of(many)).withMessageContaining("128");
		List<GrayRule> twice = List.of(rule("r", "orders", GRAY, "a"), rule("r", "orders", GRAY, "a"));
		assertThatIllegalArgumentException().isThrownBy(() -> GrayRules.of(twice)).withMessageContaining("'r'");
		List<GrayRule> services = IntStream.range(0, 33).mapToObj((i) -> rule("r" + i, "s" + i, GRAY, "a")).toList();
		assertThatIllegalArgumentException().isThrownBy(() -> GrayRules.of(services)).withMessageContaining("header");
		List<GrayRule> all = IntStream.range(0, 128).mapToObj((i) -> rule("r" + i, "s" + i % 32, GRAY, "a")).toList();
		assertThat(GrayRules.of(all).decide(GrayContext.ofUser("a")).lanes().laneFor("s31")).isEqualTo(GRAY);
	}

	@Test
	void describesItselfWithoutUsers() {
		assertThat(GrayRules.of(List.of(rule("r1", "orders", GRAY, "a")))).hasToString("GrayRules[r1]");
		assertThat(rule("r1", "orders", GRAY, "alice").toString()).doesNotContain("alice");
	}

	private static GrayRule rule(String name, String service, Lane lane, String... users) {
		return new GrayRule(name, service, lane, new UsersStrategy(List.of(users)), Otherwise.STABLE);
	}

}
