package io.governance.registry;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import io.governance.internal.FileNames;
import io.governance.internal.PrivateFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last lists of instances, a file for each service, so that a process can start while
 * its registry is down.
 * <p>
 * The files are readable by their owner only, replaced in one step, and start with the
 * SHA-256 of the rest. One that is damaged, too large, or that others may have written
 * counts as absent. A list without instances takes no other's place: whoever starts while
 * the registry is down is better served with instances that were there once. A file that
 * cannot be written costs one warning and nothing else. Thread-safe.
 */
public final class InstanceCache {

	/** More instances than any list should have; more are not kept. */
	static final int MAX_INSTANCES = 10_000;

	private static final int MAX_BYTES = 32 * 1024 * 1024;

	private static final Logger logger = LoggerFactory.getLogger(InstanceCache.class);

	/** With what is added to it, below the 255 bytes that file systems allow. */
	private static final int MAX_NAME = 150;

	private static final int FORMAT = 0x676f7669;

	private static final String DIRECTORY = "governance.discovery.cache.directory";

	private final Path directory;

	private final String origin;

	private final @Nullable String user;

	private final AtomicBoolean warned = new AtomicBoolean();

	/**
	 * A cache in a directory.
	 * @param directory the directory of the files, created at the first save
	 * @param origin what the lists are from, such as the namespace and the backends; any
	 * text
	 */
	public InstanceCache(Path directory, String origin) {
		this(directory, origin, ProcessHandle.current().info().user().orElse(null));
	}

	InstanceCache(Path directory, String origin, @Nullable String user) {
		this.directory = directory;
		this.origin = origin;
		this.user = user;
	}

	private PrivateFile file(String service) {
		return new PrivateFile(this.directory, fileName(this.origin + "/" + service) + ".instances", this.user,
				DIRECTORY);
	}

	/** As much of a long name as a file can have, and what tells it from others. */
	private static String fileName(String name) {
		String encoded = FileNames.encode(name);
		return (encoded.length() <= MAX_NAME) ? encoded
				: encoded.substring(0, MAX_NAME) + "-" + UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
	}

	Path path(String service) {
		return file(service).path();
	}

	/**
	 * Keeps a list in the place of the one kept before, unless it is empty. Never throws.
	 * @param service the service
	 * @param instances its instances
	 * @param time when they were told
	 */
	public void save(String service, List<Instance> instances, Instant time) {
		if (instances.isEmpty() || instances.size() > MAX_INSTANCES) {
			return;
		}
		PrivateFile file = file(service);
		try {
			file.write(encode(service, instances, time));
			this.warned.set(false);
		}
		catch (IOException | RuntimeException ex) {
			if (this.warned.compareAndSet(false, true)) {
				logger.warn("Cannot keep the instances of service {} in {} ({}): a restart without the registry "
						+ "will not find them", service, file.path(), ex.toString());
			}
		}
	}

	/**
	 * The list that was kept last. Never throws.
	 * @param service the service
	 * @return what was kept, or empty if nothing was or if it is not to be trusted
	 */
	public Optional<Entry> load(String service) {
		PrivateFile file = file(service);
		try {
			return Optional.of(decode(service, file.read(MAX_BYTES)));
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
		catch (IOException | RuntimeException ex) {
			String reason = (ex instanceof IOException) ? ex.getMessage() : ex.getClass().getName();
			logger.warn("Cannot use the instances kept in {}: {}", file.path(), reason);
			return Optional.empty();
		}
	}

	private static byte[] encode(String service, List<Instance> instances, Instant time) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream output = new DataOutputStream(bytes);
		output.writeInt(FORMAT);
		output.writeUTF(time.toString());
		output.writeUTF(service);
		output.writeInt(instances.size());
		for (Instance instance : instances) {
			write(output, instance);
		}
		return bytes.toByteArray();
	}

	private static void write(DataOutputStream output, Instance instance) throws IOException {
		output.writeUTF(instance.id());
		output.writeUTF(instance.host());
		output.writeInt(instance.port());
		output.writeBoolean(instance.secure());
		output.writeUTF(instance.status().name());
		output.writeUTF(instance.zone());
		output.writeUTF(instance.version());
		output.writeUTF(instance.lane());
		output.writeInt(instance.weight());
		output.writeInt(instance.metadata().size());
		for (Map.Entry<String, String> entry : instance.metadata().entrySet()) {
			output.writeUTF(entry.getKey());
			output.writeUTF(entry.getValue());
		}
	}

	private static Entry decode(String service, byte[] body) throws IOException {
		try {
			return read(service, new DataInputStream(new ByteArrayInputStream(body)));
		}
		catch (EOFException | UTFDataFormatException | DateTimeException | IllegalArgumentException ex) {
			throw new IOException("is not understood", ex);
		}
	}

	private static Entry read(String service, DataInputStream input) throws IOException {
		if (input.readInt() != FORMAT) {
			throw new IOException("is not understood");
		}
		Instant time = Instant.parse(input.readUTF());
		if (!input.readUTF().equals(service)) {
			throw new IOException("is of another service");
		}
		List<Instance> instances = new ArrayList<>();
		int count = input.readInt();
		if (count < 1 || count > MAX_INSTANCES) {
			throw new IOException("has " + count + " instances");
		}
		for (int left = count; left > 0; left--) {
			instances.add(read(input, service));
		}
		return new Entry(instances, time);
	}

	private static Instance read(DataInputStream input, String service) throws IOException {
		String id = input.readUTF();
		Instance.Builder builder = Instance.of(service, input.readUTF(), input.readInt())
			.id(id)
			.secure(input.readBoolean())
			.status(InstanceStatus.valueOf(input.readUTF()))
			.zone(input.readUTF())
			.version(input.readUTF())
			.lane(input.readUTF())
			.weight(input.readInt());
		Map<String, String> metadata = new TreeMap<>();
		for (int left = input.readInt(); left > 0; left--) {
			metadata.put(input.readUTF(), input.readUTF());
		}
		return builder.metadata(metadata).build();
	}

	/**
	 * What was kept.
	 *
	 * @param instances the instances
	 * @param time when they were told
	 */
	public record Entry(List<Instance> instances, Instant time) {

		/**
		 * Creates an entry from a copy.
		 */
		public Entry {
			instances = List.copyOf(instances);
		}

	}

}
