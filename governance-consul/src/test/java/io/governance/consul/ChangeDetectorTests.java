package io.governance.consul;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.Subscription;
import io.governance.backend.support.Watches;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Many watches that share what tells of changes. */
@Timeout(30)
class ChangeDetectorTests {

	private final AtomicInteger state = new AtomicInteger();

	private final AtomicInteger hintsEnded = new AtomicInteger();

	private final ChangeDetector<String, Integer> detector = new ChangeDetector<>(
			new ChangeDetector.Reader<String, Integer>() {

				@Override
				public Set<String> changed(Map<String, Integer> known) {
					return known.keySet();
				}

				@Override
				public Integer read(String key, Integer known) {
					return ChangeDetectorTests.this.state.get();
				}

			}, 1, () -> new ScheduledThreadPoolExecutor(1));

	@AfterEach
	void close() {
		this.detector.close();
	}

	private Subscription add(List<Integer> told) {
		return this.detector.add("orders", new Watches.Sink<>() {

			@Override
			public void offer(Integer state) {
				told.add(state);
			}

			@Override
			public void lost(String reason) {
			}

		}, () -> List.of(this.hintsEnded::incrementAndGet));
	}

	@Test
	void endOfAnOldWatchThatComesLateLeavesTheNewOneAlive() {
		Subscription old = add(new CopyOnWriteArrayList<>());
		List<Integer> told = new CopyOnWriteArrayList<>();
		Subscription current = add(told);
		old.close();
		assertThat(this.hintsEnded).hasValue(0);
		this.state.set(7);
		this.detector.hint();
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> told.contains(7));
		current.close();
		assertThat(this.hintsEnded).hasValue(1);
	}

}
