package io.governance.local;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import io.governance.internal.FileNames;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Puts several files in their places all or none, also when the process dies half-way.
 * <p>
 * The new files are written beside first, together with a list of the renames and
 * deletions that remain to be done. Renaming that list to {@code pending.json} commits
 * them: from then on whoever holds the lock next finishes what is left, and readers wait
 * until the list is gone. All writing happens under the lock of the store.
 */
final class Journal {

	private final LocalDirectory directory;

	private final Path home;

	private final Path pending;

	Journal(LocalDirectory directory) {
		this.directory = directory;
		this.home = directory.hidden("publish");
		this.pending = this.home.resolve("pending.json");
	}

	/**
	 * Whether a publish is under way, or was left half-done by a process that died.
	 * @return {@code true} if documents may be partly new and partly old
	 */
	boolean isPending() {
		return Files.exists(this.pending, LinkOption.NOFOLLOW_LINKS);
	}

	/**
	 * Finishes what a process that died has left. Needs the lock.
	 * @throws IOException if that is not possible
	 */
	void recover() throws IOException {
		if (isPending()) {
			finish();
		}
		if (Files.isDirectory(this.home, LinkOption.NOFOLLOW_LINKS)) {
			for (Path stage : this.directory.entries(this.home)) {
				discard(stage);
			}
		}
	}

	/**
	 * Begins a transaction. Needs the lock.
	 * @return an empty transaction
	 * @throws IOException if there is no place for it
	 */
	Transaction begin() throws IOException {
		Path stage = this.home.resolve(UUID.randomUUID().toString());
		this.directory.create(stage);
		return new Transaction(stage);
	}

	private void finish() throws IOException {
		JsonNode list;
		try {
			list = LocalJson.MAPPER.readTree(Files.readAllBytes(this.pending));
		}
		catch (JacksonException ex) {
			throw new FileSystemException(this.pending.toString(), null, "is damaged: delete it by hand");
		}
		Path stage = this.home.resolve(FileNames.encode(list.path("stage").asString("none")));
		Set<Path> directories = new LinkedHashSet<>();
		for (JsonNode step : list.path("steps")) {
			Path target = target(step.path("target").asString(""));
			Path directory = Objects.requireNonNull(target.getParent());
			directories.add(directory);
			String source = step.path("source").asString("");
			if (source.isEmpty()) {
				Files.deleteIfExists(target);
			}
			else {
				Path staged = stage.resolve(FileNames.encode(source));
				if (Files.exists(staged, LinkOption.NOFOLLOW_LINKS)) {
					this.directory.create(directory);
					Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
				}
			}
		}
		directories.forEach(this.directory::force);
		Files.deleteIfExists(this.pending);
		discard(stage);
	}

	private Path target(String relative) throws IOException {
		Path target = this.directory.base().resolve(relative).normalize();
		if (relative.isEmpty() || !target.startsWith(this.directory.base()) || target.equals(this.directory.base())) {
			throw new FileSystemException(this.pending.toString(), null, "names a place outside: delete it by hand");
		}
		return target;
	}

	private void discard(Path stage) throws IOException {
		if (Files.isDirectory(stage, LinkOption.NOFOLLOW_LINKS)) {
			for (Path file : this.directory.entries(stage)) {
				Files.deleteIfExists(file);
			}
		}
		Files.deleteIfExists(stage);
	}

	/**
	 * Files that take their places together. Used by one thread.
	 */
	final class Transaction {

		private final Path stage;

		private final List<ObjectNode> steps = new ArrayList<>();

		private Transaction(Path stage) {
			this.stage = stage;
		}

		/**
		 * Adds a file to write.
		 * @param target its place
		 * @param content its content
		 * @throws IOException if it cannot be written beside, or its place is taken by
		 * something else than a file
		 */
		void write(Path target, byte[] content) throws IOException {
			check(target);
			String source = Integer.toString(this.steps.size());
			Journal.this.directory.writeNew(this.stage.resolve(source), content, true);
			step(target).put("source", source);
		}

		/**
		 * Adds a file to delete.
		 * @param target its place
		 * @throws IOException if its place is taken by something else than a file
		 */
		void delete(Path target) throws IOException {
			check(target);
			step(target);
		}

		private void check(Path target) throws IOException {
			// What could fail must fail before the commit.
			Path parent = Objects.requireNonNull(target.getParent());
			Journal.this.directory.create(parent);
			if (!Files.isWritable(parent)) {
				throw new FileSystemException(parent.toString(), null, "is not writable");
			}
			if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
				throw new FileSystemException(target.toString(), null, "is a directory");
			}
		}

		private ObjectNode step(Path target) {
			ObjectNode step = LocalJson.MAPPER.createObjectNode();
			String relative = Journal.this.directory.base().relativize(target).toString();
			step.put("target", relative.replace(target.getFileSystem().getSeparator(), "/"));
			this.steps.add(step);
			return step;
		}

		/**
		 * Makes sure that all steps will be done, by whom ever.
		 * @throws IOException if nothing will be done
		 */
		void prepare() throws IOException {
			ObjectNode list = LocalJson.MAPPER.createObjectNode();
			list.put("stage", this.stage.getFileName().toString());
			ArrayNode array = list.putArray("steps");
			this.steps.forEach(array::add);
			Path file = this.stage.resolve("steps");
			Journal.this.directory.writeNew(file, LocalJson.MAPPER.writeValueAsBytes(list), true);
			Journal.this.directory.force(this.stage);
			Files.move(file, Journal.this.pending, StandardCopyOption.ATOMIC_MOVE);
			Journal.this.directory.force(Journal.this.home);
		}

		/**
		 * Does all steps.
		 * @throws IOException if that is not possible; whether some have been done, and
		 * will be finished by the next publisher, is not known
		 */
		void commit() throws IOException {
			if (this.steps.isEmpty()) {
				discard(this.stage);
				return;
			}
			prepare();
			finish();
		}

	}

}
