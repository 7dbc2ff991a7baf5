package io.governance.local;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Makes backends and closes them after each test. */
final class LocalBackends implements AfterEachCallback {

	static final Duration SETTLE = Duration.ofMillis(50);

	/** Long enough for a process that gets no turn for a while. */
	static final Duration LEASE = Duration.ofSeconds(4);

	private final List<LocalBackend> backends = new ArrayList<>();

	LocalBackend open(Path directory) {
		return open(directory, LEASE, Duration.ofSeconds(1), true);
	}

	/** A backend that waits long for whoever writes a file in pieces. */
	LocalBackend openPatient(Path directory) {
		return open(directory, Duration.ofSeconds(2), LEASE, Duration.ofSeconds(1), true);
	}

	/** A backend to which the operating system tells nothing. */
	LocalBackend openWithoutEvents(Path directory) {
		return open(directory, LEASE, Duration.ofMillis(100), false);
	}

	LocalBackend open(Path directory, Duration lease, Duration rescan, boolean events) {
		return open(directory, SETTLE, lease, rescan, events);
	}

	private LocalBackend open(Path directory, Duration settle, Duration lease, Duration rescan, boolean events) {
		LocalSettings settings = new LocalSettings(directory.toString(), settle, lease, rescan);
		LocalBackend backend = new LocalBackend("local", "dev", settings, InstantSource.system(), events);
		this.backends.add(backend);
		return backend;
	}

	@Override
	public void afterEach(ExtensionContext context) {
		this.backends.forEach(LocalBackend::close);
		this.backends.clear();
	}

}
