package io.governance.gray;

import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LaneContextTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "gray|gray|gray", "*=gray|gray|gray", "orders=gray|gray|stable", " orders=gray , blue|gray|blue",
					"orders=stable,gray|stable|gray", "payments=x,orders=gray,|gray|stable", "stable|stable|stable" })
	void readsHeaders(String header, String orders, String others) {
		LaneContext lanes = LaneContext.parse(header);
		assertThat(lanes.laneFor("orders").name()).isEqualTo(orders);
		assertThat(lanes.laneFor("others").name()).isEqualTo(others);
		assertThat(LaneContext.parse(lanes.toHeader())).isEqualTo(lanes).hasSameHashCodeAs(lanes);
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", ",", ",,,", "=", "a=", "=a", "a=b=c", "orders=gray,b c", "orders=gr ay", "a\r\nb",
			"orders=gray,orders=blue", "gray,blue", "*=gray,blue", "ördérs=gray", "a/b=gray", "a;b" })
	void headerThatMakesNoSenseIsStable(String header) {
		assertThat(LaneContext.parse(header)).isSameAs(LaneContext.STABLE);
	}

	@Test
	void headersAreBounded() {
		String longest = "s=" + "x".repeat(128);
		assertThat(LaneContext.parse(longest).isStable()).isFalse();
		assertThat(LaneContext.parse(longest + "x")).isSameAs(LaneContext.STABLE);
		assertThat(LaneContext.parse(entries(32)).laneFor("s31").name()).isEqualTo("gray");
		assertThat(LaneContext.parse(entries(33))).isSameAs(LaneContext.STABLE);
		assertThat(LaneContext.parse("gray" + " ".repeat(1020)).isStable()).isFalse();
		assertThat(LaneContext.parse("gray" + " ".repeat(1021))).isSameAs(LaneContext.STABLE);
	}

	@Test
	void neverThrowsForAHeader() {
		SplittableRandom random = new SplittableRandom(3);
		String letters = "ab*=,; \t\u0000é🙂.:-_";
		for (int i = 0; i < 100_000; i++) {
			String header = random.ints(random.nextInt(40), 0, letters.length())
				.mapToObj((at) -> String.valueOf(letters.charAt(at)))
				.collect(Collectors.joining());
			LaneContext lanes = LaneContext.parse(header);
			assertThat(LaneContext.parse(lanes.toHeader())).isEqualTo(lanes);
		}
	}

	@Test
	void stableNeedsNoHeader() {
		assertThat(LaneContext.STABLE.toHeader()).isEmpty();
		assertThat(LaneContext.STABLE.isStable()).isTrue();
		assertThat(LaneContext.of(Map.of("orders", Lane.STABLE), Lane.STABLE)).isSameAs(LaneContext.STABLE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "stable", "*=stable", "orders=stable", "orders=stable,stable" })
	void stableThatIsDecidedHasAHeaderToBePassedOn(String header) {
		LaneContext lanes = LaneContext.parse(header);
		assertThat(lanes).isSameAs(LaneContext.DECIDED_STABLE).isEqualTo(LaneContext.STABLE);
		assertThat(lanes.isStable()).isTrue();
		assertThat(lanes.toHeader()).isEqualTo("stable");
		assertThat(GrayDecision.STABLE.decided().lanes()).isSameAs(LaneContext.DECIDED_STABLE);
		GrayDecision gray = LaneContext.parse("gray").alone();
		assertThat(gray.decided()).isSameAs(gray);
		GrayDecision.Scope scope = GrayDecision.STABLE.decided().open();
		assertThat(LaneContext.current()).isSameAs(LaneContext.DECIDED_STABLE);
		scope.close();
		assertThat(LaneContext.current()).isSameAs(LaneContext.STABLE);
	}

	@Test
	void refusesToBeLargerThanAHeader() {
		Map<String, Lane> lanes = IntStream.range(0, 33)
			.boxed()
			.collect(Collectors.toMap((i) -> "s" + i, (i) -> new Lane("gray")));
		assertThatIllegalArgumentException().isThrownBy(() -> LaneContext.of(lanes, Lane.STABLE));
		Map<String, Lane> longNames = IntStream.range(0, 9)
			.boxed()
			.collect(Collectors.toMap((i) -> "s" + i, (i) -> new Lane("x".repeat(128))));
		assertThatIllegalArgumentException().isThrownBy(() -> LaneContext.of(longNames, Lane.STABLE));
	}

	@Test
	void isCurrentWhileItsScopeIsOpen() {
		LaneContext gray = LaneContext.parse("gray");
		LaneContext blue = LaneContext.parse("blue");
		assertThat(LaneContext.current()).isSameAs(LaneContext.STABLE);
		GrayDecision.Scope outer = gray.open();
		assertThat(LaneContext.current()).isSameAs(gray);
		GrayDecision.Scope inner = blue.open();
		assertThat(LaneContext.current()).isSameAs(blue);
		assertThat(CompletableFuture.supplyAsync(LaneContext::current).join()).isSameAs(LaneContext.STABLE);
		inner.close();
		assertThat(LaneContext.current()).isSameAs(gray);
		GrayDecision.Scope none = LaneContext.STABLE.open();
		assertThat(LaneContext.current()).isSameAs(LaneContext.STABLE);
		none.close();
		assertThat(LaneContext.current()).isSameAs(gray);
		outer.close();
		assertThat(LaneContext.current()).isSameAs(LaneContext.STABLE);
	}

	@Test
	void closingAScopeTwiceDoesNothing() {
		GrayDecision.Scope first = LaneContext.parse("gray").open();
		first.close();
		GrayDecision.Scope second = LaneContext.parse("blue").open();
		first.close();
		assertThat(LaneContext.current().toHeader()).isEqualTo("blue");
		second.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "a b", "a,b", "a=b", "ä" })
	void refusesInvalidNamesOfLanes(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Lane(name));
	}

	private static String entries(int count) {
		return IntStream.range(0, count).mapToObj((i) -> "s" + i + "=gray").collect(Collectors.joining(","));
	}

	@Test
	void logsNameTheLanesThatAreNotStable() {
		GrayDecision.Scope gray = LaneContext.parse("orders=gray").open();
		assertThat(MDC.get(GrayDecision.MDC_KEY)).isEqualTo("orders=gray");
		GrayDecision.Scope stable = LaneContext.parse("stable").open();
		assertThat(MDC.get(GrayDecision.MDC_KEY)).isNull();
		stable.close();
		assertThat(MDC.get(GrayDecision.MDC_KEY)).isEqualTo("orders=gray");
		gray.close();
		assertThat(MDC.get(GrayDecision.MDC_KEY)).isNull();
	}

}
