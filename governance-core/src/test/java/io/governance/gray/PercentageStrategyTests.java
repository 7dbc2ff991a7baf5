package io.governance.gray;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PercentageStrategyTests {

	private static final List<GrayContext> USERS = IntStream.range(0, 100_000)
		.mapToObj((i) -> GrayContext.ofUser("user" + i))
		.toList();

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 10, 50, 99, 100 })
	void wholePercentsGoByTheHashModuloHundred(int percent) {
		PercentageStrategy strategy = new PercentageStrategy(percent * 100);
		for (GrayContext user : USERS) {
			long hash = Fnv1a.hash32(user.userId()) & 0xffffffffL;
			assertThat(strategy.matches(user)).isEqualTo(hash % 100 < percent);
		}
	}

	@Test
	@DisplayName("A user whose hash has the highest bit set is in the bucket of the unsigned hash")
	void hashIsUnsigned() {
		// 0xe40c292c is 3826002220: bucket 20
		assertThat(new PercentageStrategy(2100).matches(GrayContext.ofUser("a"))).isTrue();
		assertThat(new PercentageStrategy(2000).matches(GrayContext.ofUser("a"))).isFalse();
	}

	@Test
	void saltPrecedesTheUserAndAColon() {
		for (GrayContext user : USERS) {
			long hash = Fnv1a.hash32("checkout:" + user.userId()) & 0xffffffffL;
			assertThat(new PercentageStrategy(3000, "checkout").matches(user)).isEqualTo(hash % 100 < 30);
		}
	}

	@Test
	void differentSaltsChooseIndependently() {
		PercentageStrategy one = new PercentageStrategy(5000, "one");
		PercentageStrategy other = new PercentageStrategy(5000, "other");
		long both = USERS.stream().filter((user) -> one.matches(user) && other.matches(user)).count();
		assertThat(both).isBetween(24_000L, 26_000L);
	}

	@Test
	@DisplayName("Raising the share by any hundredth of a percent never moves a user back")
	void sharesAreMonotone() {
		PercentageStrategy[] shares = IntStream.rangeClosed(0, PercentageStrategy.ALL)
			.mapToObj(PercentageStrategy::new)
			.toArray(PercentageStrategy[]::new);
		for (GrayContext user : USERS.subList(0, 3000)) {
			boolean before = false;
			for (PercentageStrategy share : shares) {
				boolean now = share.matches(user);
				assertThat(before && !now).isFalse();
				before = now;
			}
			assertThat(before).isTrue();
			assertThat(shares[0].matches(user)).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 25, 50, 99, 100, 150, 1000, 1025, 1250, 3333, 5000, 6667, 9975, 9999, 10000 })
	void shareOfTheUsersIsAsAsked(int basisPoints) {
		PercentageStrategy strategy = new PercentageStrategy(basisPoints);
		long matching = USERS.stream().filter(strategy::matches).count();
		double share = basisPoints / 10_000.0;
		double deviation = Math.sqrt(USERS.size() * share * (1 - share));
		assertThat((double) matching).isBetween(USERS.size() * share - 5 * deviation,
				USERS.size() * share + 5 * deviation);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 10, 25, 50, 75, 99 })
	@DisplayName("The hundredths divide a bucket evenly, whichever it is")
	void hundredthsAreIndependentOfTheBucket(int hundredths) {
		for (int bucket = 0; bucket < 100; bucket += 9) {
			int whole = bucket;
			PercentageStrategy lower = new PercentageStrategy(whole * 100);
			PercentageStrategy share = new PercentageStrategy(whole * 100 + hundredths);
			PercentageStrategy upper = new PercentageStrategy((whole + 1) * 100);
			List<GrayContext> inBucket = USERS.stream()
				.filter((user) -> !lower.matches(user) && upper.matches(user))
				.toList();
			long matching = inBucket.stream().filter(share::matches).count();
			double expected = inBucket.size() * hundredths / 100.0;
			assertThat((double) matching).isBetween(expected - 5 * Math.sqrt(expected) - 1,
					expected + 5 * Math.sqrt(expected) + 1);
		}
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "\t" })
	void requestWithoutUserNeverMatches(String user) {
		assertThat(new PercentageStrategy(PercentageStrategy.ALL).matches(GrayContext.ofUser(user))).isFalse();
		assertThat(new UsersStrategy(List.of("u1")).matches(GrayContext.ofUser(user))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 10_001 })
	void shareOutOfRangeIsRefused(int basisPoints) {
		assertThatIllegalArgumentException().isThrownBy(() -> new PercentageStrategy(basisPoints));
	}

	@Test
	void usersAnyAndAllCombine() {
		GrayStrategy one = new UsersStrategy(List.of("u1", "u2"));
		GrayStrategy other = new UsersStrategy(List.of("u2", "u3"));
		assertThat(matching(new AnyStrategy(List.of(one, other)))).containsExactly("u1", "u2", "u3");
		assertThat(matching(new AllStrategy(List.of(one, other)))).containsExactly("u2");
		assertThatIllegalArgumentException().isThrownBy(() -> new AnyStrategy(List.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> new AllStrategy(List.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> new UsersStrategy(List.of("")));
	}

	@Test
	void describesItselfWithoutUsers() {
		assertThat(new AnyStrategy(List.of(new UsersStrategy(List.of("u1")), new PercentageStrategy(1250, "s"))))
			.hasToString("any[users(1), percentage(12.5, salted)]");
	}

	private static List<String> matching(GrayStrategy strategy) {
		return Stream.of("u0", "u1", "u2", "u3").filter((user) -> strategy.matches(GrayContext.ofUser(user))).toList();
	}

}
