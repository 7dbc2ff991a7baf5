package io.governance.config;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

import ch.qos.logback.classic.Level;
import io.governance.ConnectionState;
import io.governance.Subscription;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for how a {@link ConfigManager} applies changes.
 */
class ConfigManagerTests {

	private static final String SECRET = "s3cretValue";

	private final InMemoryConfigSource source = new InMemoryConfigSource().with("low.yaml", "a: 1\nb: 1");

	private final List<String> journal = new CopyOnWriteArrayList<>();

	private final RecordedEvents events = new RecordedEvents();

	private Instant now = Instant.parse("2026-01-02T03:04:05Z");

	private final ConfigManager manager = ConfigManager
		.of(this.source, List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("high.yaml")))
		.clock(() -> this.now)
		.localValues(Map.of("local.url", "http://${a}", "local.other", "x"))
		.build();

	private CapturedLog log;

	@BeforeEach
	void start() {
		this.manager.load(new StartPolicy(false, false));
		this.manager.listen(this.events);
		this.manager.watch();
		this.log = CapturedLog.open();
	}

	@AfterEach
	void close() {
		this.log.close();
		this.manager.close();
		this.source.close();
	}

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
	void canBeClosedByAnObserver() {
		this.manager.observe(whenTold((change) -> this.manager.close()));

		this.source.put("low.yaml", "a: 2");
		this.source.put("low.yaml", "a: 3");

		assertThat(value("a")).isEqualTo(2);
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

	private Object value(String key) {
		ConfigValue value = this.manager.current().get(key);
		return (value != null) ? value.value() : null;
	}

	private ConfigView<Object> view(String prefix, Function<ConfigSnapshot, Object> read) {
		return this.manager.view(prefix, read);
	}

	private RecordingObserver observer(String name, int order, String... prefixes) {
		return new RecordingObserver(name, order, this.journal, prefixes);
	}

	private static ConfigObserver whenTold(Consumer<ConfigChange> action) {
		return new ConfigObserver() {

			@Override
			public String name() {
				return "action";
			}

			@Override
			public Set<String> prefixes() {
				return Set.of();
			}

			@Override
			public void onChange(ConfigChange change) {
				action.accept(change);
			}

		};
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
