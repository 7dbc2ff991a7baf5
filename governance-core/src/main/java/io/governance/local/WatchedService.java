package io.governance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.governance.backend.support.InstanceRecord;
import io.governance.backend.support.Watches;
import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances of one service, for all who watch it, on the watcher's thread. Files are
 * put in their places by renames, so that the operating system is asked to tell of
 * appearing and vanishing names only: renewals wake nobody. A file is read again when it
 * is another one or has another size.
 */
final class WatchedService implements DirectoryWatcher.Listener {

	private static final Logger log = LoggerFactory.getLogger(WatchedService.class);

	/** How long a file lies around after its lease ran out, in leases and at least. */
	private static final int GRAVE_LEASES = 20;

	private static final long MIN_GRAVE = TimeUnit.MINUTES.toNanos(1);

	private final String service;

	private final Path home;

	private final LocalDirectory directory;

	private final DirectoryWatcher watcher;

	private final InstantSource clock;

	private final DirectoryWatcher.Place place;

	private final Duration interval;

	private final Watches.Sink<List<Instance>> sink;

	private final Map<String, Seen> seen = new HashMap<>();

	private @Nullable Future<?> rescan;

	private @Nullable Future<?> expiry;

	private @Nullable IOException failure;

	private boolean known;

	WatchedService(String service, Path home, LocalDirectory directory, DirectoryWatcher watcher, Duration interval,
			InstantSource clock, Watches.Sink<List<Instance>> sink) {
		this.service = service;
		this.home = home;
		this.directory = directory;
		this.watcher = watcher;
		this.interval = interval;
		this.clock = clock;
		this.sink = sink;
		this.place = watcher.place(home, this, StandardWatchEventKinds.ENTRY_CREATE,
				StandardWatchEventKinds.ENTRY_DELETE);
	}

	void begin() {
		this.rescan = this.watcher.repeat(this::scanAndDeliver, this.interval);
		scanAndDeliver();
	}

	void end() {
		if (this.rescan != null) {
			this.rescan.cancel(false);
		}
		if (this.expiry != null) {
			this.expiry.cancel(false);
		}
		this.place.forget();
	}

	@Override
	public void onCreated(String name) {
		look(name, true);
	}

	@Override
	public void onModified(String name) {
		look(name);
	}

	@Override
	public void onDeleted(String name) {
		look(name);
	}

	@Override
	public void onLost() {
		scan();
	}

	@Override
	public void onEnd() {
		deliver();
	}

	private void scanAndDeliver() {
		scan();
		deliver();
	}

	private void scan() {
		try {
			this.directory.open();
			ensure();
			Set<String> names = new HashSet<>();
			this.directory.entries(this.home).forEach((file) -> names.add(file.getFileName().toString()));
			recovered();
			this.seen.keySet().retainAll(names);
			names.forEach(this::look);
			this.known = true;
			bury();
		}
		catch (IOException ex) {
			this.failure = ex;
		}
	}

	private void ensure() {
		try {
			this.directory.create(this.home);
		}
		catch (IOException ex) {
			// Perhaps it may only be read. Whether it can be is found out by reading.
		}
		this.place.ensure();
	}

	private void look(String name) {
		look(name, false);
	}

	/*
	 * A new file may have the inode, the size and even the time of the one before the
	 * last: what was put in place is read whatever its fingerprint says.
	 */
	private void look(String name, boolean replaced) {
		Optional<String> id = InstanceFile.idOf(name);
		if (id.isEmpty()) {
			return;
		}
		Path file = this.home.resolve(name);
		try {
			Fingerprint fingerprint = Fingerprint.of(file, LinkOption.NOFOLLOW_LINKS);
			if (fingerprint == null) {
				this.directory.checkBase();
				this.seen.remove(name);
				return;
			}
			Seen before = this.seen.get(name);
			InstanceRecord record = (before != null && !replaced && before.fingerprint.equals(fingerprint))
					? before.file : read(file, id.get());
			if (before != null && Objects.equals(record, before.file)) {
				before.look(fingerprint, age(fingerprint.modified()));
			}
			else {
				Seen seen = new Seen(fingerprint, record);
				seen.renewed(age(fingerprint.modified()));
				this.seen.put(name, seen);
			}
		}
		catch (IOException ex) {
			// Whether the instance is there is not known: it must not look as if it were
			// gone.
			this.failure = ex;
		}
	}

	/** No owner could renew a lease in a directory that was not there. */
	private void recovered() {
		if (this.failure != null) {
			this.failure = null;
			this.seen.values().forEach(Seen::extend);
		}
	}

	private @Nullable InstanceRecord read(Path file, String id) {
		try {
			return InstanceFile.read(file, this.service, id);
		}
		catch (NoSuchFileException ex) {
			return null;
		}
		catch (IOException | IllegalArgumentException ex) {
			log.warn("Left out of service '{}': {} ({})", this.service, file, ex.getMessage());
			return null;
		}
	}

	/** How old a renewal is by the clock; one in the future is new. */
	private long age(FileTime modified) {
		return Math.max(0, Duration.between(modified.toInstant(), this.clock.instant()).toNanos());
	}

	private void deliver() {
		if (this.failure != null) {
			this.sink.lost(this.directory.explain("read", this.home, this.failure));
			return;
		}
		long now = System.nanoTime();
		long next = Long.MAX_VALUE;
		for (Seen seen : this.seen.values()) {
			long left = seen.aliveUntil - now;
			seen.alive = left > 0;
			if (seen.file != null && seen.alive) {
				next = Math.min(next, left);
			}
		}
		scheduleExpiry(next);
		if (this.known) {
			this.sink.offer(instances());
		}
	}

	private List<Instance> instances() {
		List<Instance> instances = new ArrayList<>();
		for (Seen seen : this.seen.values()) {
			if (seen.file != null && seen.alive) {
				instances.add(seen.file.instance());
			}
		}
		instances.sort(Comparator.comparing(Instance::id));
		return List.copyOf(instances);
	}

	private void scheduleExpiry(long nanos) {
		if (this.expiry != null) {
			this.expiry.cancel(false);
			this.expiry = null;
		}
		if (nanos != Long.MAX_VALUE) {
			this.expiry = this.watcher.schedule(this::expire,
					Duration.ofNanos(nanos + TimeUnit.MILLISECONDS.toNanos(1)));
		}
	}

	private void expire() {
		long now = System.nanoTime();
		List<String> due = new ArrayList<>();
		this.seen.forEach((name, seen) -> {
			if (seen.alive && seen.aliveUntil - now <= 0) {
				due.add(name);
			}
		});
		due.forEach(this::look);
		deliver();
	}

	/** Removes files whose owners have not been heard of for long. */
	private void bury() {
		long now = System.nanoTime();
		this.seen.forEach((name, seen) -> {
			InstanceRecord file = seen.file;
			if (file != null && now - seen.aliveUntil > Math.max(MIN_GRAVE, GRAVE_LEASES * file.lease().toNanos())) {
				try {
					bury(this.home.resolve(name), seen);
				}
				catch (IOException ex) {
					log.debug("Cannot remove {}", name, ex);
				}
			}
		});
	}

	/*
	 * The owner may come back in this very moment: hence the file is taken away first,
	 * and put back if it turns out to be a living one.
	 */
	private void bury(Path file, Seen seen) throws IOException {
		Path grave = this.directory.temporary();
		Files.move(file, grave, StandardCopyOption.ATOMIC_MOVE);
		Fingerprint taken = Fingerprint.of(grave, LinkOption.NOFOLLOW_LINKS);
		if (!seen.fingerprint.equals(taken) && Files.notExists(file, LinkOption.NOFOLLOW_LINKS)) {
			Files.move(grave, file, StandardCopyOption.ATOMIC_MOVE);
		}
		Files.deleteIfExists(grave);
	}

	/** The file of an instance as it was seen last. */
	private static final class Seen {

		private Fingerprint fingerprint;

		private final @Nullable InstanceRecord file;

		private long lookedAt = System.nanoTime();

		private long aliveUntil = this.lookedAt;

		private boolean alive;

		Seen(Fingerprint fingerprint, @Nullable InstanceRecord file) {
			this.fingerprint = fingerprint;
			this.file = file;
		}

		void look(Fingerprint now, long age) {
			long last = this.lookedAt;
			this.lookedAt = System.nanoTime();
			if (!now.modified().equals(this.fingerprint.modified())) {
				this.fingerprint = now;
				// Renewed before the last look? Then the clock was set.
				renewed((age <= this.lookedAt - last) ? age : 0);
			}
		}

		void extend() {
			if (this.alive) {
				this.lookedAt = System.nanoTime();
				renewed(0);
			}
		}

		void renewed(long age) {
			if (this.file != null) {
				this.aliveUntil = this.lookedAt + this.file.lease().toNanos() - age;
			}
		}

	}

}
