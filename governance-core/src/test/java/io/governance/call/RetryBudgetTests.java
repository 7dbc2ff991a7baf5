package io.governance.call;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(30)
class RetryBudgetTests {

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

	@Test
	void allowsAShareOfTheCallsOverTimeAndABurst() {
		RetryBudget budget = new RetryBudget(0.2, 10, this.now::get);
		int retries = 0;
		for (int call = 0; call < 100_000; call++) {
			budget.call();
			if (call % 1000 == 0) {
				pass(Duration.ofSeconds(1));
			}
			retries += budget.tryRetry() ? 1 : 0;
		}
		// 100 seconds with 1,000 calls each, all of which ask for a retry.
		assertThat(retries).isBetween(20_000 + 1_000, 20_000 + 1_000 + 100);
	}

	@Test
	void refillsTheMinimumWithTimeButNoMoreThanItHolds() {
		RetryBudget budget = new RetryBudget(0, 2, this.now::get);
		assertThat(retries(budget)).isEqualTo(20);
		pass(Duration.ofMillis(1_700));
		assertThat(retries(budget)).isEqualTo(3);
		pass(Duration.ofMillis(300));
		assertThat(retries(budget)).isEqualTo(1);
		pass(Duration.ofDays(400));
		assertThat(retries(budget)).isEqualTo(20);
	}

	@Test
	void allowsNothingWhenNothingIsAllowed() {
		RetryBudget budget = new RetryBudget(0, 0, this.now::get);
		budget.call();
		pass(Duration.ofHours(1));
		assertThat(budget.tryRetry()).isFalse();
	}

	@Test
	void shareAloneAllowsOneRetryAtATime() {
		RetryBudget budget = new RetryBudget(0.5, 0, this.now::get);
		assertThat(retries(budget)).isEqualTo(1);
		budget.call();
		assertThat(budget.tryRetry()).isFalse();
		budget.call();
		assertThat(retries(budget)).isEqualTo(1);
	}

	@Test
	void holdsWhenManyThreadsAsk() throws Exception {
		RetryBudget budget = new RetryBudget(0.2, 10, this.now::get);
		ExecutorService threads = Executors.newFixedThreadPool(4);
		try {
			List<Future<Integer>> counts = new ArrayList<>();
			for (int thread = 0; thread < 4; thread++) {
				counts.add(threads.submit(() -> {
					int retries = 0;
					for (int call = 0; call < 50_000; call++) {
						budget.call();
						retries += budget.tryRetry() ? 1 : 0;
					}
					return retries;
				}));
			}
			int retries = 0;
			for (Future<Integer> count : counts) {
				retries += count.get();
			}
			assertThat(retries).isBetween(40_000, 40_100);
		}
		finally {
			threads.shutdownNow();
			assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	void refusesSharesAndMinimaOutOfRange() {
		assertThatIllegalArgumentException().isThrownBy(() -> new RetryBudget(1.5, 1, this.now::get));
		assertThatIllegalArgumentException().isThrownBy(() -> new RetryBudget(Double.NaN, 1, this.now::get));
		assertThatIllegalArgumentException().isThrownBy(() -> new RetryBudget(0.1, -1, this.now::get));
	}

	private int retries(RetryBudget budget) {
		int retries = 0;
		while (budget.tryRetry()) {
			retries++;
		}
		return retries;
	}

	private void pass(Duration time) {
		this.now.addAndGet(time.toNanos());
	}

}
