package io.governance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.backend.support.InstanceRecord;
import io.governance.internal.FileNames;
import io.governance.registry.Instance;
import io.governance.registry.Registry;
import io.governance.DaemonThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Own instances as files, {@code services/{namespace}/{service}/{instanceId}.json}, under
 * a lease that one thread renews by touching them.
 * <p>
 * A file that vanished is not made again by renewing, nor is one renewed that another
 * process has written in its place: {@link #observe} tells what is there, and
 * {@link #put} repairs it.
 */
final class LocalRegistry implements Registry {

	/** Two renewals may fail or be late before anybody notices. */
	private static final int RENEWALS_PER_LEASE = 4;

	private static final Logger log = LoggerFactory.getLogger(LocalRegistry.class);

	private final LocalDirectory directory;

	private final Path services;

	private final Duration lease;

	private final InstantSource clock;

	private final String owner;

	private final Map<Path, Own> own = new HashMap<>();

	private @Nullable ScheduledThreadPoolExecutor renewal;

	private boolean closed;

	/**
	 * Creates a registry.
	 * @param directory where
	 * @param namespace the environment
	 * @param lease how long an instance stays listed after its last renewal
	 * @param clock the clock of this machine
	 * @param owner a name for this registry that no other one has
	 */
	LocalRegistry(LocalDirectory directory, String namespace, Duration lease, InstantSource clock, String owner) {
		this.directory = directory;
		this.services = directory.services(namespace);
		this.lease = lease;
		this.clock = clock;
		this.owner = owner;
	}

	private Path home(String service) {
		return this.services.resolve(FileNames.encode(service));
	}

	@Override
	public synchronized void put(String service, List<Instance> own) {
		for (Instance instance : own) {
			if (!instance.service().equals(service)) {
				throw new IllegalArgumentException("Instance '" + instance.id() + "' is of service '"
						+ instance.service() + "', not '" + service + "'");
			}
		}
		if (this.closed) {
			throw new IllegalStateException("The registry is closed");
		}
		Path home = home(service);
		try {
			this.directory.create(home);
			for (Instance instance : own) {
				put(home.resolve(InstanceFile.nameOf(instance.id())), instance);
			}
		}
		catch (IOException ex) {
			throw this.directory.unavailable("register in", home, ex);
		}
		startRenewal();
	}

	private void put(Path file, Instance instance) throws IOException {
		InstanceRecord wanted = new InstanceRecord(instance, this.lease, this.owner);
		if (!wanted.equals(read(file, instance.service(), instance.id())) || !touch(file)) {
			this.directory.replace(file, wanted.toJson());
		}
		this.own.put(file, new Own(instance.service(), instance.id(), key(file)));
	}

	private static @Nullable InstanceRecord read(Path file, String service, String id) throws IOException {
		try {
			return InstanceFile.read(file, service, id);
		}
		catch (NoSuchFileException | IllegalArgumentException ex) {
			return null;
		}
	}

	private static @Nullable Object key(Path file) throws IOException {
		Fingerprint fingerprint = Fingerprint.of(file, LinkOption.NOFOLLOW_LINKS);
		return (fingerprint != null) ? fingerprint.key() : null;
	}

	private boolean touch(Path file) throws IOException {
		try {
			Files.getFileAttributeView(file, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
				.setTimes(FileTime.from(this.clock.instant()), null, null);
			return true;
		}
		catch (NoSuchFileException ex) {
			return false;
		}
	}

	private void startRenewal() {
		if (this.renewal == null && !this.own.isEmpty()) {
			this.renewal = new ScheduledThreadPoolExecutor(1, new DaemonThreads("local", "leases"));
			long interval = this.lease.toNanos() / RENEWALS_PER_LEASE;
			this.renewal.scheduleWithFixedDelay(this::renew, interval, interval, TimeUnit.NANOSECONDS);
		}
	}

	private synchronized void renew() {
		this.own.forEach((file, own) -> {
			try {
				own.renewed(renew(file, own) ? null : file + " has gone or belongs to another process");
			}
			catch (IOException | RuntimeException | Error ex) {
				own.renewed(ex.toString());
			}
		});
	}

	private boolean renew(Path file, Own own) throws IOException {
		Object key = key(file);
		if (key == null || !key.equals(own.key)) {
			InstanceRecord written = read(file, own.service, own.id);
			if (written == null || !written.owner().equals(this.owner)) {
				return false;
			}
			own.key = key;
		}
		return touch(file);
	}

	@Override
	public synchronized void remove(String service, String instanceId) {
		Path file = home(service).resolve(InstanceFile.nameOf(instanceId));
		try {
			this.directory.open();
			if (this.own.containsKey(file)) {
				InstanceRecord written = read(file, service, instanceId);
				if (written == null || written.owner().equals(this.owner)) {
					Files.deleteIfExists(file);
				}
				this.own.remove(file);
			}
			else {
				Files.deleteIfExists(file);
			}
		}
		catch (IOException ex) {
			throw this.directory.unavailable("unregister from", file, ex);
		}
	}

	@Override
	public synchronized List<Instance> observe(String service) {
		List<Instance> there = new ArrayList<>();
		Path home = home(service);
		try {
			this.directory.open();
			Instant now = this.clock.instant();
			for (Map.Entry<Path, Own> entry : this.own.entrySet()) {
				Own own = entry.getValue();
				if (own.service.equals(service)) {
					Fingerprint fingerprint = Fingerprint.of(entry.getKey(), LinkOption.NOFOLLOW_LINKS);
					InstanceRecord written = read(entry.getKey(), service, own.id);
					if (fingerprint != null && written != null
							&& fingerprint.modified().toInstant().plus(written.lease()).isAfter(now)) {
						there.add(written.instance());
					}
				}
			}
		}
		catch (IOException ex) {
			throw this.directory.unavailable("read", home, ex);
		}
		there.sort(Comparator.comparing(Instance::id));
		return List.copyOf(there);
	}

	@Override
	public void close() {
		ScheduledThreadPoolExecutor renewal;
		synchronized (this) {
			this.closed = true;
			renewal = this.renewal;
		}
		if (renewal != null) {
			renewal.shutdownNow();
			try {
				if (!renewal.awaitTermination(2, TimeUnit.SECONDS)) {
					log.warn("The renewal of leases still waits for the file system");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** An own instance. */
	private static final class Own {

		private final String service;

		private final String id;

		private @Nullable Object key;

		private boolean failing;

		Own(String service, String id, @Nullable Object key) {
			this.service = service;
			this.id = id;
			this.key = key;
		}

		/** Tells each change once. */
		void renewed(@Nullable String problem) {
			boolean failing = problem != null;
			if (failing != this.failing) {
				this.failing = failing;
				if (failing) {
					log.warn("Cannot renew the lease of instance '{}' of '{}': {}", this.id, this.service, problem);
				}
				else {
					log.info("The lease of instance '{}' of '{}' is renewed again", this.id, this.service);
				}
			}
		}

	}

}
