package io.governance.gray;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class TrafficRouterTests {

	private static final GrayContext A = GrayContext.ofUser("a");

	private static final GrayContext B = GrayContext.ofUser("b");

	private final TrafficRouter<String> router = new TrafficRouter<>(new UsersStrategy(List.of("a")), "stable", "gray");

	@Test
	void routesByTheStrategy() {
		assertThat(this.router.route(A)).isEqualTo("gray");
		assertThat(this.router.route(B)).isEqualTo("stable");
		assertThat(this.router.route(GrayContext.NONE)).isEqualTo("stable");
	}

	@Test
	void followsANewStrategy() {
		this.router.update(new UsersStrategy(List.of("b")));
		assertThat(this.router.route(A)).isEqualTo("stable");
		assertThat(this.router.route(B)).isEqualTo("gray");
	}

	@Test
	void followsNewBackends() {
		this.router.update("stable2", "gray2");
		assertThat(this.router.route(A)).isEqualTo("gray2");
		assertThat(this.router.route(B)).isEqualTo("stable2");
	}

	@Test
	void strategyThatThrowsLeavesRequestsStable() {
		this.router.update((context) -> {
			throw new IllegalStateException("broken");
		});
		assertThat(this.router.route(A)).isEqualTo("stable");
	}

	@Test
	void updatesUnderWayAreSeenWholeAndNoneIsLost() throws Exception {
		TrafficRouter<Integer> router = new TrafficRouter<>((context) -> false, 0, 1);
		AtomicBoolean done = new AtomicBoolean();
		ExecutorService pool = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> readers = new ArrayList<>();
			for (int i = 0; i < 2; i++) {
				readers.add(pool.submit(() -> {
					int newest = 0;
					while (!done.get()) {
						int backend = router.route(A) / 2;
						assertThat(backend).isGreaterThanOrEqualTo(newest);
						newest = backend;
					}
				}));
			}
			Future<?> backends = pool.submit(() -> {
				for (int i = 1; i <= 100_000; i++) {
					router.update(2 * i, 2 * i + 1);
				}
			});
			Future<?> strategies = pool.submit(() -> {
				for (int i = 1; i <= 100_001; i++) {
					boolean gray = (i % 2 == 1);
					router.update((context) -> gray);
				}
			});
			backends.get();
			strategies.get();
			done.set(true);
			for (Future<?> reader : readers) {
				reader.get();
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(router.route(A)).isEqualTo(200_001);
	}

}
