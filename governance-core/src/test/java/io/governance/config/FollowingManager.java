package io.governance.config;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A manager that follows two documents in memory, with everything that it says.
 */
abstract class FollowingManager {

	static final String SECRET = "s3cretValue";

	final InMemoryConfigSource source = new InMemoryConfigSource().with("low.yaml", "a: 1\nb: 1");

	final List<String> journal = new CopyOnWriteArrayList<>();

	final RecordedEvents events = new RecordedEvents();

	Instant now = Instant.parse("2026-01-02T03:04:05Z");

	final ConfigManager manager = ConfigManager
		.of(this.source, List.of(InMemoryConfigSource.id("low.yaml"), InMemoryConfigSource.id("high.yaml")))
		.clock(() -> this.now)
		.localValues(Map.of("local.url", "http://${a}", "local.other", "x"))
		.build();

	CapturedLog log;

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

	Object value(String key) {
		ConfigValue value = this.manager.current().get(key);
		return (value != null) ? value.value() : null;
	}

	ConfigView<Object> view(String prefix, Function<ConfigSnapshot, Object> read) {
		return this.manager.view(prefix, read);
	}

	RecordingObserver observer(String name, int order, String... prefixes) {
		return new RecordingObserver(name, order, this.journal, prefixes);
	}

	static ConfigObserver whenTold(Consumer<ConfigChange> action) {
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

}
