package io.governance.boot.gray;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.boot.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BaggageMemberTests {

	private final BaggageMember member = new BaggageMember("governance.lane");

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "none",
			value = { "governance.lane=gray|gray", "a=b,governance.lane=gray,c=d|gray",
					" a=b ;p=1 , governance.lane = orders%3Dgray%2Cblue ;ttl=3, c|orders=gray,blue",
					"governance.lane=gray,governance.lane=blue|gray", "governance.lane=|''",
					"Governance.Lane=gray|none", "governance.lane2=gray|none", "x=governance.lane=gray|none",
					"governance.lane|none", "a=1;governance.lane=gray|none", "governance.lane=%|none",
					"governance.lane=%2|none", "governance.lane=%zz|none", "governance.lane=%C3%A9|none", "''|none",
					",,,|none" })
	void readsItsValue(String header, String value) {
		assertThat(this.member.read(List.of(header))).isEqualTo(value);
	}

	@Test
	void readsItsValueFromTheLineThatHasIt() {
		assertThat(this.member.read(List.of("a=b", "c=d,governance.lane=gray"))).isEqualTo("gray");
		assertThat(this.member.read(List.of())).isNull();
	}

	@Test
	void takesTheFirstPlaceAndKeepsTheOthersAsTheyAre() {
		List<String> lines = List.of("a=b%20c;p=1, governance.lane=old", "x=y");
		assertThat(this.member.with(lines, "orders=gray,pay=blue"))
			.isEqualTo("governance.lane=orders%3Dgray%2Cpay%3Dblue,a=b%20c;p=1,x=y");
		assertThat(this.member.with(lines, null)).isEqualTo("a=b%20c;p=1,x=y");
		assertThat(this.member.with(List.of("governance.lane=old"), null)).isEmpty();
		assertThat(this.member.in(lines)).isTrue();
		assertThat(this.member.in(List.of("a=governance.lane", "governance.lane"))).isFalse();
	}

	@Test
	void whatIsWrittenIsReadAgain() {
		SplittableRandom random = new SplittableRandom(5);
		String letters = "ab=,;%+*:@-_.~ \"\\";
		for (int i = 0; i < 10_000; i++) {
			String value = "v" + random.ints(random.nextInt(40), 0, letters.length())
				.mapToObj((at) -> String.valueOf(letters.charAt(at)))
				.collect(Collectors.joining());
			String header = this.member.with(List.of("a=b"), value);
			assertThat(header).matches("[!#-+\\--:<-\\[\\]-~]+,a=b");
			assertThat(this.member.read(List.of(header))).isEqualTo(value);
		}
	}

	@Test
	void neverThrowsForAHeader() {
		SplittableRandom random = new SplittableRandom(7);
		String letters = "k=,; %4\té\u0000";
		BaggageMember k = new BaggageMember("k");
		for (int i = 0; i < 100_000; i++) {
			List<String> lines = List.of(random.ints(random.nextInt(30), 0, letters.length())
				.mapToObj((at) -> String.valueOf(letters.charAt(at)))
				.collect(Collectors.joining()));
			k.read(lines);
			assertThat(k.in(List.of(k.with(lines, null)))).isFalse();
			assertThat(k.read(List.of(k.with(lines, "gray")))).isEqualTo("gray");
		}
	}

	@Test
	void passesOnWhatEveryParticipantPassesOn() {
		List<String> others = IntStream.range(0, 63).mapToObj((i) -> "k" + i + "=" + "v".repeat(100)).toList();
		String header = this.member.with(others, "gray");
		assertThat(header.split(",")).hasSize(64).contains(others.toArray(String[]::new));
	}

	@Test
	void aThousandMembersNeitherBreakNorPass() {
		String many = IntStream.range(0, 1000).mapToObj((i) -> "k" + i + "=v").collect(Collectors.joining(","));
		assertThat(this.member.with(List.of(many), "gray").split(",")).hasSize(BaggageMember.MAX_MEMBERS)
			.startsWith("governance.lane=gray", "k0=v");
		String large = IntStream.range(0, 1000)
			.mapToObj((i) -> "k" + i + "=" + "v".repeat(60))
			.collect(Collectors.joining(","));
		String header = this.member.with(List.of(large), "gray");
		assertThat(header.length()).isBetween(BaggageMember.MAX_LENGTH - 100, BaggageMember.MAX_LENGTH);
		assertThat(header).startsWith("governance.lane=gray,k0=v").endsWith("v");
		assertThat(this.member.read(List.of(large + ",governance.lane=gray"))).isNull();
		assertThat(this.member.in(List.of(large + ",governance.lane=gray"))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a b", "a,b", "a=b", "a;b", "é", "a\"b" })
	void refusesAKeyThatIsNoToken(String key) {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> new BaggageMember(key))
			.satisfies((ex) -> assertThat(ex.property()).isEqualTo("governance.gray.baggage-key"));
	}

}
