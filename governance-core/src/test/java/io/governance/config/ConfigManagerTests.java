package io.governance.config;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.Level;
import io.governance.Subscription;
import io.governance.ConnectionState;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for how a {@link ConfigManager} applies and rejects changes.
 */
class ConfigManagerTests extends FollowingManager {

	@Test
	void appliesAChangeAndSaysSoOnce() {
		this.now = this.now.plusSeconds(60);
		this.source.put("high.yaml", "a: 2");

		assertThat(value("a")).isEqualTo(2);
		assertThat(value("b")).isEqualTo(1);
		assertThat(this.manager.status().since()).isEqualTo(this.now);
		assertThat(this.events.take()).containsExactly("applied [a, local.url]");
		assertThat(this.log.lines(Level.INFO)).containsExactly("INFO Config changed: [a, local.url]");
	}

	@Test
	void takesAwayTheKeysOfADeletedDocument() {
		this.source.put("high.yaml", "a: 2\nc: 3");
		this.source.delete("high.yaml");

		assertThat(value("a")).isEqualTo(1);
		assertThat(value("c")).isNull();
	}

	@Test
	@DisplayName("F11 F23 a wake-up without a change tells nobody")
	void tellsNobodyOfNothing() {
		this.manager.observe(observer("o", 0));
		Object view = view("", (snapshot) -> new Object()).get();
		Instant since = this.manager.status().since();
		this.now = this.now.plusSeconds(60);

		this.source.tellAgain();
		this.source.put("low.yaml", "# a comment only\na:   1\nb: 1");

		assertThat(this.journal).isEmpty();
		assertThat(this.events.take()).isEmpty();
		assertThat(this.log.lines(Level.INFO)).isEmpty();
		assertThat(this.manager.status().since()).isEqualTo(since);
		assertThat(this.manager.current().originOf("a")).hasToString("dev/shop/low.yaml:2:6");
		assertThat(view("", (snapshot) -> view).get()).isSameAs(view);
	}

	@Test
	@DisplayName("F24 a document that does not parse keeps the last good state and says so once")
	void rejectsWhatDoesNotParse() {
		ConfigView<Object> view = view("", (snapshot) -> new Object());
		Object before = view.get();
		ConfigSnapshot snapshot = this.manager.current();

		this.source.put("low.yaml", "a: 2\npassword: *" + SECRET);
		this.source.tellAgain();
		this.source.tellAgain();

		String expected = "dev/shop/low.yaml:2:11: refers to an anchor that is not there: a text that begins with '*' needs quotes";
		assertThat(this.manager.current()).isSameAs(snapshot);
		assertThat(view.get()).isSameAs(before);
		assertThat(this.events.take()).containsExactly("rejected " + expected);
		assertThat(this.log.lines(Level.INFO))
			.containsExactly("ERROR Config rejected, the last good config stays in force: " + expected);
		assertThat(this.manager.status().source()).isEqualTo(ConfigStatus.Source.BACKEND);
		assertThat(this.manager.status().rejection()).isNotNull()
			.satisfies((rejection) -> assertThat(rejection.documents())
				.containsExactly(InMemoryConfigSource.id("low.yaml")))
			.satisfies((rejection) -> assertThat(rejection.time()).isEqualTo(this.now));
	}

	@Test
	@DisplayName("F24 a mended document comes into force")
	void recoversWhenTheDocumentIsMended() {
		this.source.put("low.yaml", "a: {");
		this.events.take();

		this.source.put("low.yaml", "a: 3\nb: 1");

		assertThat(value("a")).isEqualTo(3);
		assertThat(this.manager.status().rejection()).isNull();
		assertThat(this.events.take()).containsExactly("applied [a, local.url]", "recovered");
	}

	@Test
	@DisplayName("F24 a document that is put back as it was is no longer rejected")
	void recoversWhenTheDocumentIsPutBack() {
		ConfigSnapshot snapshot = this.manager.current();
		this.source.put("low.yaml", "a: {");
		this.events.take();

		this.source.put("low.yaml", "a: 1\nb: 1");

		assertThat(this.manager.status().rejection()).isNull();
		assertThat(this.events.take()).containsExactly("recovered");
		assertThat(this.manager.current().values()).isEqualTo(snapshot.values());
		this.source.put("low.yaml", "a: {");
		assertThat(this.manager.status().rejection()).as("the same fault again is a new one").isNotNull();
	}

	@Test
	@DisplayName("F29 documents that change together are applied together or not at all")
	void rejectsDocumentsTogether() {
		this.source.put(Map.of("low.yaml", "a: 2\nb: 2", "high.yaml", "c: {"));

		assertThat(value("a")).isEqualTo(1);
		assertThat(this.manager.status().rejection()).isNotNull()
			.satisfies((rejection) -> assertThat(rejection.documents())
				.containsExactly(InMemoryConfigSource.id("high.yaml"), InMemoryConfigSource.id("low.yaml")))
			.satisfies((rejection) -> assertThat(rejection.origin()).hasToString("dev/shop/high.yaml:1:5"));

		this.source.put("high.yaml", "c: 3");
		assertThat(List.of(value("a"), value("b"), value("c"))).containsExactly(2, 2, 3);
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("F24 a view that cannot be read rejects the change")
	void rejectsWhatAViewCannotRead(Throwable failure) {
		ConfigView<Object> other = view("a", (snapshot) -> new Object());
		view("a", (snapshot) -> {
			if (snapshot.get("a").value().equals(2)) {
				sneak(failure);
			}
			return 0;
		});
		this.manager.observe(observer("o", 0));

		rejects("a: 2\nb: 1", other, failure);

		assertThat(this.journal).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("F24 a validator that throws rejects the change")
	void rejectsWhatAValidatorRefuses(Throwable failure) {
		ConfigView<Object> view = view("a", (snapshot) -> new Object());
		this.manager.observe(observer("o", 0));
		this.manager.validate((change) -> {
			this.journal.add("validates " + change.after().get("a").value());
			sneak(failure);
		});

		rejects("a: 2\nb: 1", view, failure);

		assertThat(this.journal).containsExactly("validates 2");
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("F24 an observer that throws rolls the change back")
	void rollsBackWhatAnObserverCannotFollow(Throwable failure) {
		ConfigView<Object> view = view("a", (snapshot) -> new Object());
		this.manager.observe(observer("one", 1));
		this.manager.observe(observer("two", 2));
		this.manager.observe(observer("fails", 3).failingWith(failure));
		this.manager.observe(observer("four", 4));

		rejects("a: 2\nb: 1", view, failure);

		assertThat(this.journal).containsExactly("one 1->2", "two 1->2", "fails 1->2", "two 2->1", "one 2->1");
		assertThat(this.manager.status().rejection().reason()).contains("observer 'fails' failed");
	}

	static List<Throwable> failures() {
		return List.of(new IllegalArgumentException("For input string: " + SECRET),
				new IOException(SECRET, new IllegalStateException(SECRET)),
				new InvalidConfigException(null, "a", "must be odd", null), new NoClassDefFoundError(SECRET),
				new StackOverflowError(SECRET), new AssertionError(SECRET), new InterruptedException(SECRET));
	}

	private void rejects(String text, ConfigView<Object> view, Throwable failure) {
		ConfigSnapshot snapshot = this.manager.current();
		Object before = view.get();

		this.source.put("low.yaml", text);
		this.source.tellAgain();

		assertThat(this.manager.current()).isSameAs(snapshot);
		assertThat(this.manager.visible()).isSameAs(snapshot);
		assertThat(view.get()).isSameAs(before);
		assertThat(this.manager.status().rejection()).isNotNull()
			.satisfies((rejection) -> assertThat(rejection.cause()).isSameAs(failure))
			.satisfies((rejection) -> assertThat(rejection.toString()).doesNotContain(SECRET));
		assertThat(this.events.take()).singleElement().asString().startsWith("rejected ");
		assertThat(this.log.lines(Level.INFO)).singleElement().asString().startsWith("ERROR Config rejected");
		assertThat(this.log.text()).doesNotContain(SECRET);
		if (failure instanceof InvalidConfigException) {
			assertThat(this.manager.status().rejection().key()).isEqualTo("a");
			assertThat(this.manager.status().rejection().reason()).endsWith("must be odd");
		}
	}

	@Test
	void goesOnTakingBackWhenOneObserverCannot() {
		this.manager.observe(observer("one", 1));
		this.manager.observe(new ObserverThatCannotGoBack());
		this.manager.observe(observer("fails", 3).failingWith(new IllegalStateException(SECRET)));

		this.source.put("low.yaml", "a: 2");

		assertThat(this.journal).containsExactly("one 1->2", "fails 1->2", "one 2->1");
		assertThat(this.log.lines(Level.INFO)).first(InstanceOfAssertFactories.STRING)
			.contains("Observer 'stubborn' could not take a change back");
		assertThat(this.log.text()).doesNotContain(SECRET);
		assertThat(value("a")).isEqualTo(1);
	}

	@Test
	@DisplayName("F2 the config stays while the backend is away")
	void tellsWhenTheBackendGoesAndComes() {
		this.source.goDown();
		assertThat(this.manager.status().connection()).isEqualTo(ConnectionState.DISCONNECTED);
		assertThat(value("a")).isEqualTo(1);

		this.source.goDown();
		this.source.comeBack();

		assertThat(this.events.take()).containsExactly("DISCONNECTED", "CONNECTED");
		assertThat(this.manager.status().connection()).isEqualTo(ConnectionState.CONNECTED);
		assertThat(this.log.lines(Level.INFO)).hasSize(2);
	}

	@Test
	void changesNothingAfterClose() {
		this.manager.close();
		this.manager.close();

		this.source.put("low.yaml", "a: 2");
		this.source.goDown();

		assertThat(value("a")).isEqualTo(1);
		assertThat(this.source.watches()).isZero();
		assertThat(this.events.take()).isEmpty();
	}

	@Test
	void followsUntilAllWhoHaveAskedForItDoSoNoMore() {
		ConfigManager shared = ConfigManager.of(this.source, this.manager.layers()).build();
		shared.load(new StartPolicy(false, false));
		int others = this.source.watches();
		Subscription first = shared.watch();
		Subscription second = shared.watch();
		assertThat(this.source.watches()).as("one watch for both").isEqualTo(others + 1);

		first.close();
		first.close();
		this.source.put("low.yaml", "a: 2");
		assertThat(shared.current().get("a").value()).isEqualTo(2);

		second.close();
		assertThat(this.source.watches()).isEqualTo(others);
		Subscription again = shared.watch();
		this.source.put("low.yaml", "a: 3");
		assertThat(shared.current().get("a").value()).isEqualTo(3);
		again.close();
		shared.close();
	}

	@Test
	void leavesNoWatchWhenItIsClosedBeforeItWatches() {
		ConfigManager closed = ConfigManager.of(this.source, this.manager.layers()).build();
		int before = this.source.watches();
		closed.close();
		closed.watch();

		assertThat(this.source.watches()).isEqualTo(before);
	}

	@Test
	void restoresTheInterruptionThatStoppedAnObserver() {
		AtomicReference<Boolean> interrupted = new AtomicReference<>();
		this.manager.observe(observer("o", 0).failingWith(new InterruptedException()));
		this.source.watch(Set.of(), (documents) -> interrupted.set(Thread.interrupted()));

		this.source.put("low.yaml", "a: 2");

		assertThat(interrupted.get()).isTrue();
	}

	@SuppressWarnings("unchecked")
	private static <X extends Throwable> void sneak(Throwable failure) throws X {
		throw (X) failure;
	}

	private static final class ObserverThatCannotGoBack implements ConfigObserver {

		@Override
		public String name() {
			return "stubborn";
		}

		@Override
		public Set<String> prefixes() {
			return Set.of();
		}

		@Override
		public int order() {
			return 2;
		}

		@Override
		public void onChange(ConfigChange change) {
			if (change.after().get("a").value().equals(1)) {
				throw new IllegalStateException(SECRET);
			}
		}

	}

}
