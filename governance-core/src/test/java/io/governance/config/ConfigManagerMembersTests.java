package io.governance.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.Level;
import io.governance.Subscription;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for the views, validators, observers and listeners of a {@link ConfigManager}.
 */
class ConfigManagerMembersTests extends FollowingManager {

	@Test
	void keepsTheObjectOfAViewThatIsNotTouched() {
		ConfigView<Object> a = view("a", (snapshot) -> new Object());
		ConfigView<Object> b = view("b", (snapshot) -> new Object());
		ConfigView<Object> local = view("local", (snapshot) -> new Object());
		ConfigView<Object> all = view("", (snapshot) -> new Object());
		List<Object> before = List.of(a.get(), b.get(), local.get(), all.get());

		this.source.put("low.yaml", "a: 2\nb: 1");

		assertThat(a.get()).isNotSameAs(before.get(0));
		assertThat(b.get()).isSameAs(before.get(1));
		assertThat(local.get()).isNotSameAs(before.get(2));
		assertThat(all.get()).isNotSameAs(before.get(3));
	}

	@Test
	void tellsObserversOfTheirKeysInTheirOrder() {
		this.manager.observe(observer("late", 5));
		this.manager.observe(observer("first", -5));
		this.manager.observe(observer("A", 0, "A"));
		this.manager.observe(observer("b", 0, "b"));
		this.manager.observe(observer("local", 0, "c", "local"));

		this.source.put("low.yaml", "a: 2\nb: 1");

		assertThat(this.journal).containsExactly("first 1->2", "A 1->2", "local 1->2", "late 1->2");
	}

	@Test
	@DisplayName("F20 Who holds a change up is named in the status")
	void tellsWhoHasAChange() {
		CountDownLatch waiting = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		this.manager.observe(stuck(waiting, end));
		assertThat(this.manager.status().pending()).isNull();

		this.source.putLater(Map.of("low.yaml", "a: 2"));

		await().until(() -> waiting.getCount() == 0);
		assertThat(this.manager.status().pending()).isEqualTo(new PendingChange(this.now, "observer 'action'"));
		end.countDown();
		await().until(() -> this.manager.status().pending() == null);
		assertThat(value("a")).isEqualTo(2);
	}

	@Test
	void showsTheCandidateToTheApplyingThreadAlone() throws Exception {
		List<Object> seen = new CopyOnWriteArrayList<>();
		this.manager.validate((change) -> {
			seen.add(this.manager.visible() == change.after());
			seen.add(this.manager.current() == change.before());
			Thread other = new Thread(() -> seen.add(this.manager.visible() == change.before()));
			other.start();
			other.join();
			this.manager.showing(change.before(), () -> seen.add(this.manager.visible() == change.before()));
			seen.add(this.manager.visible() == change.after());
		});
		view("a", (snapshot) -> seen.add(this.manager.visible() == snapshot));
		this.manager.observe(whenTold((change) -> seen
			.add(this.manager.visible() == this.manager.current() && this.manager.current() == change.after())));

		this.source.put("low.yaml", "a: 2");

		assertThat(seen).hasSize(8).containsOnly(true);
	}

	@Test
	void showsTheCandidateThroughViewsToTheValidatorsAlone() {
		ConfigView<Object> a = view("a", (snapshot) -> snapshot.get("a").value());
		List<Object> seen = new CopyOnWriteArrayList<>();
		this.manager.validate((change) -> {
			seen.add(a.get());
			seen.add(this.manager.consistently(a));
			seen.add(this.manager.showing(change.before(), a::get));
			seen.add(this.manager.showing(change.after(), a::get));
			seen.add(CompletableFuture.supplyAsync(a).get(10, TimeUnit.SECONDS));
			if (a.get().equals(0)) {
				throw new IllegalStateException("0 is too little");
			}
		});

		this.source.put("low.yaml", "a: 0");

		assertThat(seen).containsExactly(0, 0, 1, 0, 1);
		assertThat(a.get()).isEqualTo(1);
		seen.clear();
		this.source.put("low.yaml", "a: 2");
		assertThat(seen).containsExactly(2, 2, 1, 2, 1);
		assertThat(a.get()).isEqualTo(2);
	}

	@Test
	void showsWhatIsInForceThroughOtherViewsWhileTheyAreRead() {
		ConfigView<Object> a = view("a", (snapshot) -> snapshot.get("a").value());
		List<Object> seen = new CopyOnWriteArrayList<>();
		view("a", (snapshot) -> seen.add(a.get()));
		this.manager.observe(whenTold((change) -> seen.add(a.get())));

		this.source.put("low.yaml", "a: 2");

		assertThat(seen).containsExactly(1, 1, 2);
	}

	@Test
	void readsAViewForTheRightStateWhereverItIsMade() {
		AtomicReference<ConfigView<Object>> inValidator = new AtomicReference<>();
		AtomicReference<ConfigView<Object>> inObserver = new AtomicReference<>();
		List<Object> seen = new CopyOnWriteArrayList<>();
		this.manager.validate((change) -> {
			if (inValidator.get() == null) {
				inValidator.set(view("a", (snapshot) -> {
					seen.add(this.manager.visible() == snapshot);
					return snapshot.get("a").value();
				}));
				seen.add(inValidator.get().get().equals(1));
			}
		});
		this.manager.observe(whenTold((change) -> {
			if (inObserver.get() == null) {
				inObserver.set(view("a", (snapshot) -> snapshot.get("a").value()));
			}
		}));

		this.source.put("low.yaml", "a: 2");

		assertThat(seen).containsOnly(true);
		assertThat(inValidator.get().get()).isEqualTo(2);
		assertThat(inObserver.get().get()).isEqualTo(2);
		this.source.put("low.yaml", "a: 3");
		assertThat(inValidator.get().get()).isEqualTo(3);
		assertThat(inObserver.get().get()).isEqualTo(3);
	}

	@Test
	void rollsBackPastAViewThatCannotBeReadFromTheStateBefore() {
		AtomicReference<ConfigView<Object>> made = new AtomicReference<>();
		ConfigView<Object> old = view("", (snapshot) -> new Object());
		Object before = old.get();
		this.manager.observe(whenTold((change) -> {
			made.set(view("", (snapshot) -> {
				if (snapshot.get("a").value().equals(1)) {
					throw new IllegalStateException(SECRET);
				}
				return snapshot.get("a").value();
			}));
			throw new IllegalStateException(SECRET);
		}));

		this.source.put("low.yaml", "a: 2");

		assertThat(value("a")).isEqualTo(1);
		assertThat(old.get()).isSameAs(before);
		assertThat(made.get().get()).isEqualTo(2);
		assertThat(this.log.text()).contains("keeps its value").doesNotContain(SECRET);
	}

	@Test
	void viewThatIsClosedStaysAsItIsAndRefusesNothing() {
		ConfigView<Object> closed = view("a", (snapshot) -> {
			if (!snapshot.get("a").value().equals(1)) {
				throw new IllegalStateException("only 1");
			}
			return 1;
		});
		this.source.put("low.yaml", "a: 2");
		assertThat(this.manager.status().rejection()).isNotNull();

		closed.close();
		closed.close();
		this.source.put("low.yaml", "a: 3");

		assertThat(this.manager.status().rejection()).isNull();
		assertThat(value("a")).isEqualTo(3);
		assertThat(closed.get()).isEqualTo(1);
	}

	@Test
	void viewThatIsClosedWhileAChangeIsCheckedRefusesNothing() {
		List<ConfigView<Object>> made = new ArrayList<>();
		made.add(view("a", (snapshot) -> {
			if (!made.isEmpty()) {
				made.get(0).close();
				throw new IllegalStateException("what it needs is gone");
			}
			return 1;
		}));
		this.manager.validate((change) -> {
			ConfigView<Object> late = view("a", (snapshot) -> {
				if (snapshot == change.after()) {
					throw new IllegalStateException("never for the candidate");
				}
				return 2;
			});
			late.close();
			made.add(late);
		});

		this.source.put("low.yaml", "a: 2");

		assertThat(this.manager.status().rejection()).isNull();
		assertThat(made).extracting(ConfigView::get).containsExactly(1, 2);
	}

	@Test
	void refusesAViewThatCannotBeRead() {
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> view("a", (snapshot) -> {
			throw new IllegalStateException("no");
		}));
		this.source.put("low.yaml", "a: 2");
		assertThat(this.events.take()).containsExactly("applied [a, b, local.url]");
	}

	@Test
	void tellsAnObserverThatCameDuringANotificationOfTheNextChange() {
		List<Subscription> added = new ArrayList<>();
		this.manager.observe(whenTold((change) -> {
			if (added.isEmpty()) {
				added.add(this.manager.observe(observer("new", 0)));
			}
		}));

		this.source.put("low.yaml", "a: 2");
		assertThat(this.journal).isEmpty();
		this.source.put("low.yaml", "a: 3");
		assertThat(this.journal).containsExactly("new 2->3");
	}

	@Test
	void tellsNobodyWhoHasLeft() {
		Subscription[] second = new Subscription[1];
		Subscription validator = this.manager.validate((change) -> this.journal.add("validates"));
		this.manager.observe(whenTold((change) -> second[0].close()));
		second[0] = this.manager.observe(observer("second", 1));
		validator.close();

		this.source.put("low.yaml", "a: 2");

		assertThat(this.journal).isEmpty();
	}

	@Test
	void waitsForAnObserverThatLeavesAndDoesNotReturnOnlySoLong() throws Exception {
		CountDownLatch waiting = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		Subscription stuck = this.manager.observe(stuck(waiting, end));
		Future<?> change = this.source.putLater(Map.of("low.yaml", "a: 2"));
		assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();

		CompletableFuture.runAsync(stuck::close).get(10, TimeUnit.SECONDS);

		assertThat(this.log.lines(Level.WARN)).singleElement()
			.asString()
			.startsWith("WARN No longer waiting for observer 'action', which does not return");
		end.countDown();
		InMemoryConfigSource.await(change);
		assertThat(value("a")).isEqualTo(2);
	}

	@Test
	void callsNoneOfThoseWhoLeaveTogetherWhileAnotherOneIsWaitedFor() throws Exception {
		CountDownLatch waiting = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		List<Subscription> members = new ArrayList<>();
		members.add(this.manager.observe(stuck(waiting, end)));
		members.add(this.manager.observe(observer("second", 1)));
		members.add(this.manager.observe(observer("third", 2)));
		Future<?> change = this.source.putLater(Map.of("low.yaml", "a: 2"));
		assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();

		CompletableFuture<Void> gone = CompletableFuture.runAsync(() -> ConfigManager.remove(members));
		await().until(() -> this.log.text().contains("No longer waiting"));
		end.countDown();
		InMemoryConfigSource.await(change);
		gone.get(10, TimeUnit.SECONDS);

		assertThat(this.journal).isEmpty();
		assertThat(this.log.lines(Level.WARN)).hasSize(1);
	}

	private static ConfigObserver stuck(CountDownLatch waiting, CountDownLatch end) {
		return whenTold((change) -> {
			waiting.countDown();
			try {
				end.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		});
	}

	@Test
	void takesOneOfTwoEqualObserversAwayHoweverOftenItIsClosed() {
		RecordingObserver observer = observer("o", 0);
		Subscription first = this.manager.observe(observer);
		this.manager.observe(observer);
		first.close();
		first.close();

		this.source.put("low.yaml", "a: 2");

		assertThat(this.journal).containsExactly("o 1->2");
	}

	@Test
	@DisplayName("F19 a listener that throws disturbs nobody")
	void survivesAListenerThatThrows() {
		this.manager.listen(new ConfigEvents() {

			@Override
			public void onApplied(ConfigChange change, Duration took) {
				throw new NoClassDefFoundError(SECRET);
			}

			@Override
			public void onRejected(ConfigRejection rejection) {
				throw new IllegalStateException(SECRET);
			}

		});
		RecordedEvents later = new RecordedEvents();
		this.manager.listen(later);

		this.source.put("low.yaml", "a: 2\nb: 1");
		assertThat(this.manager.status().rejection()).isNull();
		assertThat(value("a")).isEqualTo(2);
		this.source.put("low.yaml", "a: {");
		this.source.put("low.yaml", "a: 2\nb: 1");

		assertThat(later.take()).hasSize(3).isEqualTo(this.events.take());
		assertThat(this.log.lines(Level.WARN)).filteredOn((line) -> line.startsWith("WARN A listener")).hasSize(2);
		assertThat(this.log.text()).doesNotContain(SECRET);
	}

	@Test
	void canBeClosedByAnObserver() {
		this.manager.observe(whenTold((change) -> this.manager.close()));

		this.source.put("low.yaml", "a: 2");
		this.source.put("low.yaml", "a: 3");

		assertThat(value("a")).isEqualTo(2);
	}

}
