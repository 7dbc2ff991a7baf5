package io.governance.testkit;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.governance.gray.Condition;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayStrategy;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

/**
 * What every {@link GrayStrategy} must do. A test of a strategy extends this class, makes
 * the strategy, and names requests on both sides of it.
 */
@Timeout(120)
public abstract class GrayStrategyContract {

	private static final int ROUNDS = 20_000;

	/** Texts that somebody may send. */
	private static final List<String> ABSURD = List.of("", " ", "\t\r\n", "\0", "\u0007\u001b[31m\u007f\u0085\u2028",
			"\ud83d", "\ude00", "\ude00\ud83d", "\ud83d\ude00".repeat(100), "x".repeat(65_536), "用".repeat(65_536),
			"\ud83d".repeat(65_536), "1".repeat(65_536), "::", "%", "0.0.0.0/0", "1.2.3-" + "0.".repeat(30_000), "-0",
			"NaN", "'; --", "${x}", "#{x}", "../..");

	/**
	 * The strategy.
	 * @return a new one
	 */
	protected abstract GrayStrategy strategy();

	/**
	 * Requests that meet the condition.
	 * @return at least one
	 */
	protected abstract List<GrayContext> matching();

	/**
	 * Requests that do not meet the condition.
	 * @return at least one
	 */
	protected abstract List<GrayContext> others();

	@Test
	@DisplayName("Matches those who meet the condition, each time, and nobody else")
	void matchesThoseWhoMeetTheCondition() {
		GrayStrategy strategy = strategy();
		assertThat(matching()).isNotEmpty();
		assertThat(others()).isNotEmpty();
		for (int i = 0; i < 3; i++) {
			assertThat(matching()).allMatch(strategy::matches);
			assertThat(others()).noneMatch(strategy::matches);
		}
	}

	@Test
	@DisplayName("Two that are made alike answer alike")
	void twoThatAreMadeAlikeAnswerAlike() {
		GrayStrategy one = strategy();
		GrayStrategy other = strategy();
		requests().forEach((request) -> assertThat(one.matches(request)).isEqualTo(other.matches(request)));
	}

	@Test
	@DisplayName("Never throws, whatever a request holds")
	void neverThrows() {
		GrayStrategy strategy = strategy();
		requests().forEach((request) -> assertThatCode(() -> strategy.matches(request)).doesNotThrowAnyException());
		requests().forEach((request) -> assertThatCode(() -> strategy.explain(request)).doesNotThrowAnyException());
	}

	@Test
	@DisplayName("Explains what it answers, in few words and one line")
	void explanationAgrees() {
		GrayStrategy strategy = strategy();
		requests().forEach((request) -> {
			Condition condition = strategy.explain(request);
			assertThat(condition.met()).isEqualTo(strategy.matches(request));
			assertThat(condition.condition() + condition.reason()).hasSizeLessThan(2000)
				.doesNotContainPattern("\\p{Cc}");
		});
	}

	@Test
	@DisplayName("Has a name, and explanations, that tell nothing of a user")
	void nameTellsNothingOfAUser() {
		GrayStrategy strategy = strategy();
		String name = strategy.toString();
		assertThat(name).isNotBlank().hasSizeLessThan(2000);
		Stream.of(matching(), others()).flatMap(List::stream).forEach((request) -> {
			String user = request.userId();
			if (user != null && user.length() > 3) {
				assertThat(name).as("toString").doesNotContain(user);
				assertThat(strategy.explain(request).toString()).as("explanation").doesNotContain(user);
			}
		});
	}

	@Test
	@DisplayName("Allocates nothing when it is asked")
	void allocatesNothing() {
		GrayStrategy strategy = strategy();
		GrayContext[] requests = Stream.of(matching(), others()).flatMap(List::stream).toArray(GrayContext[]::new);
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		int before = ask(strategy, requests, ROUNDS);
		long start = threads.getCurrentThreadAllocatedBytes();
		int after = ask(strategy, requests, ROUNDS);
		long allocated = threads.getCurrentThreadAllocatedBytes() - start;
		assertThat(after).isEqualTo(before).isEqualTo(matching().size() * ROUNDS);
		// Late class loading may allocate a little, never for each request.
		assertThat(allocated).isLessThan(ROUNDS);
	}

	private static int ask(GrayStrategy strategy, GrayContext[] requests, int rounds) {
		int matched = 0;
		for (int i = 0; i < rounds; i++) {
			for (GrayContext request : requests) {
				matched += strategy.matches(request) ? 1 : 0;
			}
		}
		return matched;
	}

	@Test
	@DisplayName("Answers the same to many threads at once")
	void answersTheSameToManyThreads() throws Exception {
		GrayStrategy strategy = strategy();
		GrayContext[] matching = matching().toArray(GrayContext[]::new);
		GrayContext[] others = others().toArray(GrayContext[]::new);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<Integer>> matched = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				boolean odd = i % 2 == 1;
				matched.add(threads.submit(() -> ask(strategy, odd ? others : matching, 2000)));
			}
			for (int i = 0; i < 4; i++) {
				assertThat(matched.get(i).get(60, TimeUnit.SECONDS))
					.isEqualTo((i % 2 == 1) ? 0 : 2000 * matching.length);
			}
		}
		finally {
			threads.shutdownNow();
		}
	}

	private Stream<GrayContext> requests() {
		return Stream
			.of(matching().stream(), others().stream(), ABSURD.stream().map(Everything::new),
					Stream.of(GrayContext.NONE))
			.flatMap((requests) -> requests);
	}

	/** A request in which one text stands everywhere. */
	private record Everything(String text) implements GrayContext {

		@Override
		public String userId() {
			return this.text;
		}

		@Override
		public String sessionId() {
			return this.text;
		}

		@Override
		public String address() {
			return this.text;
		}

		@Override
		public @Nullable String header(String name) {
			return this.text;
		}

		@Override
		public @Nullable String cookie(String name) {
			return this.text;
		}

		@Override
		public @Nullable String query(String name) {
			return this.text;
		}

		@Override
		public @Nullable String claim(String name) {
			return this.text;
		}

		@Override
		public String path() {
			return this.text;
		}

		@Override
		public String method() {
			return this.text;
		}

	}

}
