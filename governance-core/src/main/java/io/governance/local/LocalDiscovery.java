package io.governance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

import io.governance.Subscription;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.InstanceRecord;
import io.governance.backend.support.Watches;
import io.governance.internal.FileNames;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;

/**
 * The instances of all processes that share the directory. Whether one is still there is
 * told by its file's time of modification and the clock of the machine that all of them
 * share. Watches go by how long they have not seen that time change, so that nothing
 * expires, and nothing lives on, because the clock is set; only for the first look at a
 * file they have to trust it.
 */
final class LocalDiscovery implements Discovery {

	private final LocalDirectory directory;

	private final Path services;

	private final Duration rescan;

	private final InstantSource clock;

	private final Supplier<DirectoryWatcher> watchers;

	private final Watches<String, List<Instance>> watches;

	LocalDiscovery(LocalDirectory directory, String namespace, Duration rescan, InstantSource clock,
			Supplier<DirectoryWatcher> watchers, Executor executor, ConnectionLog log) {
		this.directory = directory;
		this.services = directory.services(namespace);
		this.rescan = rescan;
		this.clock = clock;
		this.watchers = watchers;
		this.watches = new Watches<>(executor, log, List::equals, this::watchService);
	}

	@Override
	public Set<String> services() {
		Set<String> names = new TreeSet<>();
		try {
			this.directory.open();
			for (Path home : this.directory.entries(this.services)) {
				Optional<String> name = FileNames.decode(home.getFileName().toString());
				if (name.isPresent() && hasInstance(home, name.get())) {
					names.add(name.get());
				}
			}
		}
		catch (IOException ex) {
			throw this.directory.unavailable("read", this.services, ex);
		}
		return Collections.unmodifiableSet(names);
	}

	private boolean hasInstance(Path home, String service) throws IOException {
		if (!Files.isDirectory(home, LinkOption.NOFOLLOW_LINKS)) {
			return false;
		}
		Instant now = this.clock.instant();
		for (Path file : this.directory.entries(home)) {
			Optional<String> id = InstanceFile.idOf(file.getFileName().toString());
			if (id.isPresent() && isThere(file, service, id.get(), now)) {
				return true;
			}
		}
		return false;
	}

	private static boolean isThere(Path file, String service, String id, Instant now) {
		try {
			Fingerprint fingerprint = Fingerprint.of(file, LinkOption.NOFOLLOW_LINKS);
			return fingerprint != null && fingerprint.modified()
				.toInstant()
				.plus(InstanceFile.read(file, service, id).lease())
				.isAfter(now);
		}
		catch (IOException | IllegalArgumentException ex) {
			return false;
		}
	}

	@Override
	public List<Instance> read(String service) {
		Path home = this.services.resolve(FileNames.encode(service));
		List<Instance> instances = new ArrayList<>();
		try {
			this.directory.open();
			Instant now = this.clock.instant();
			for (Path file : this.directory.entries(home)) {
				read(file, service, now).ifPresent(instances::add);
			}
		}
		catch (IOException ex) {
			throw this.directory.unavailable("read", home, ex);
		}
		instances.sort(Comparator.comparing(Instance::id));
		return List.copyOf(instances);
	}

	/** What is no instance any more is gone; what cannot be read is not known. */
	private static Optional<Instance> read(Path file, String service, Instant now) throws IOException {
		Optional<String> id = InstanceFile.idOf(file.getFileName().toString());
		try {
			Fingerprint fingerprint = Fingerprint.of(file, LinkOption.NOFOLLOW_LINKS);
			if (id.isEmpty() || fingerprint == null) {
				return Optional.empty();
			}
			InstanceRecord record = InstanceFile.read(file, service, id.get());
			boolean alive = fingerprint.modified().toInstant().plus(record.lease()).isAfter(now);
			return alive ? Optional.of(record.instance()) : Optional.empty();
		}
		catch (NoSuchFileException | IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		return this.watches.watch(service, "service '" + service + "'", listener::onInstances, listener::onConnection);
	}

	private Subscription watchService(String service, Watches.Sink<List<Instance>> sink) {
		DirectoryWatcher watcher = this.watchers.get();
		WatchedService watched = new WatchedService(service, this.services.resolve(FileNames.encode(service)),
				this.directory, watcher, this.rescan, this.clock, sink);
		watcher.execute(watched::begin);
		return () -> watcher.execute(watched::end);
	}

	@Override
	public void close() {
		this.watches.close();
	}

}
