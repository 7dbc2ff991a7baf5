package io.governance.backend.support;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.governance.Subscription;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class WatchesTests {

	private final Map<String, Watches.Sink<String>> upstream = new HashMap<>();

	private final List<String> ended = new ArrayList<>();

	private final Deque<Runnable> tasks = new ArrayDeque<>();

	private final Watches<String, String> watches = new Watches<>(this.tasks::add, new ConnectionLog("any"),
			String::equals, (key, sink) -> {
				if (this.refusal != null) {
					throw this.refusal;
				}
				this.upstream.put(key, sink);
				return () -> this.ended.add(key);
			});

	private @Nullable RuntimeException refusal;

	private final List<String> told = new ArrayList<>();

	@Test
	void manyListenersShareOneWatchOfTheServer() {
		watch("a");
		Watches.Sink<String> first = sink("a");
		watch("a");
		assertThat(sink("a")).isSameAs(first);
		first.offer("1");
		run();
		assertThat(this.told).containsExactly("1", "1");
	}

	@Test
	@DisplayName("F16 A listener that no thread could be made for is told with the next news")
	void newsThatNobodyCouldTellAreToldLater() {
		Deque<Error> errors = new ArrayDeque<>(List.of(new OutOfMemoryError("unable to create native thread")));
		Watches<String, String> starved = new Watches<>((task) -> {
			if (!errors.isEmpty()) {
				throw errors.remove();
			}
			task.run();
		}, new ConnectionLog("any"), String::equals, (key, sink) -> {
			this.upstream.put(key, sink);
			return () -> {
			};
		});
		starved.watch("a", "a", this.told::add, (state) -> {
		});
		assertThatThrownBy(() -> sink("a").offer("1")).isInstanceOf(OutOfMemoryError.class);
		sink("a").offer("2");
		assertThat(this.told).containsExactly("2");
	}

	@Test
	@DisplayName("F22 A late subscriber gets the current state at once")
	void lateListenerIsToldTheCurrentState() {
		watch("a");
		sink("a").offer("1");
		run();
		watch("a");
		run();
		assertThat(this.told).containsExactly("1", "1");
	}

	@Test
	void lateListenerOfALostWatchIsToldThatItIsLostAndNoOldState() {
		watch("a");
		sink("a").offer("1");
		sink("a").lost("Backend 'any' does not answer");
		run();
		this.told.clear();
		watch("a");
		run();
		assertThat(this.told).containsExactly("DISCONNECTED");
		sink("a").offer("2");
		run();
		assertThat(this.told).containsExactly("DISCONNECTED", "CONNECTED", "2", "CONNECTED", "2");
	}

	@Test
	void sourceThatRefusesIsAskedAgainByTheNext() {
		this.refusal = new IllegalStateException("not now");
		assertThatThrownBy(() -> watch("a")).isSameAs(this.refusal);
		this.refusal = null;
		watch("a");
		sink("a").offer("1");
		run();
		assertThat(this.told).containsExactly("1");
	}

	@Test
	@DisplayName("F20 F23 What comes while a listener is busy is told as one, and nothing twice")
	void coalescesAndTellsNothingTwice() {
		watch("a");
		sink("a").offer("1");
		sink("a").offer("2");
		sink("a").offer("2");
		run();
		sink("a").offer("2");
		run();
		assertThat(this.told).containsExactly("2");
	}

	@Test
	void lastListenerEndsTheWatchOfTheServerAndTheNextOneBeginsAnew() {
		Subscription one = watch("a");
		Subscription two = watch("a");
		Watches.Sink<String> before = sink("a");
		one.close();
		assertThat(this.ended).isEmpty();
		two.close();
		two.close();
		assertThat(this.ended).containsExactly("a");
		watch("a");
		assertThat(sink("a")).isNotSameAs(before);
		before.offer("of the old watch");
		run();
		assertThat(this.told).isEmpty();
	}

	@Test
	void closeEndsEverything() {
		watch("a");
		watch("b");
		this.watches.close();
		assertThat(this.ended).containsExactlyInAnyOrder("a", "b");
		sink("a").offer("1");
		run();
		assertThat(this.told).isEmpty();
		assertThatIllegalStateException().isThrownBy(() -> watch("c"));
	}

	private Subscription watch(String key) {
		return this.watches.watch(key, key, this.told::add, (state) -> this.told.add(state.name()));
	}

	private Watches.Sink<String> sink(String key) {
		return this.upstream.get(key);
	}

	private void run() {
		while (!this.tasks.isEmpty()) {
			this.tasks.remove().run();
		}
	}

}
