package io.governance.operations;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.governance.Printable;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.internal.FileNames;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an archive holds, as its first file says. Where a document lies follows from its
 * name, and is never taken from a manifest.
 *
 * @param version the version of the archive's layout
 * @param namespace where the documents come from
 * @param time when they were read
 * @param groups the groups that were read
 * @param documents the documents
 */
record Manifest(int version, String namespace, String time, List<String> groups, List<Entry> documents) {

	static final int VERSION = 1;

	static final int MAX_SIZE = 8 * 1024 * 1024;

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(SerializationFeature.INDENT_OUTPUT)
		.enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
		.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.build();

	/**
	 * A document.
	 *
	 * @param group its group
	 * @param name its name
	 * @param digest the SHA-256 of its content
	 */
	record Entry(String group, String name, String digest) {
	}

	static Manifest of(ConfigArchive archive) {
		List<Entry> entries = archive.documents()
			.documents()
			.values()
			.stream()
			.map((document) -> new Entry(document.id().group(), document.id().name(), document.digest()))
			.toList();
		return new Manifest(VERSION, archive.namespace(), archive.time().toString(), List.copyOf(archive.groups()),
				entries);
	}

	byte[] json() {
		return MAPPER.writeValueAsBytes(this);
	}

	static Manifest read(Path archive, byte[] json) {
		Manifest manifest;
		try {
			manifest = MAPPER.readValue(json, Manifest.class);
		}
		catch (JacksonException ex) {
			throw new ArchiveException(archive, "has a " + ConfigArchive.MANIFEST + " that is not valid", null);
		}
		if (manifest != null
				&& (Stream.of(manifest.groups, manifest.documents).flatMap(List::stream).anyMatch(Objects::isNull))) {
			throw new ArchiveException(archive, "has a " + ConfigArchive.MANIFEST + " that is not valid", null);
		}
		if (manifest == null || manifest.version != VERSION) {
			throw new ArchiveException(archive, "has a layout that this version cannot read", null);
		}
		if (manifest.documents.size() > ConfigArchive.MAX_DOCUMENTS) {
			throw new ArchiveException(archive, "has " + manifest.documents.size() + " documents, and "
					+ ConfigArchive.MAX_DOCUMENTS + " are allowed", null);
		}
		return manifest;
	}

	/** Where a document lies: two names of files, which are no paths. */
	static String path(DocumentId id) {
		return FileNames.encode(id.group()) + "/" + FileNames.encode(id.name());
	}

	/**
	 * Reads the documents.
	 * @param archive the archive, for messages
	 * @param files the names of all files but the manifest
	 * @param reader reads a file
	 * @param edited whether contents may differ from their digests
	 */
	ConfigArchive documents(Path archive, Set<String> files, Reader reader, boolean edited) throws IOException {
		Map<String, DocumentId> ids = new TreeMap<>();
		Map<DocumentId, String> digests = new TreeMap<>();
		try {
			for (Entry entry : this.documents) {
				DocumentId id = new DocumentId(this.namespace, entry.group(), entry.name());
				ids.put(path(id), id);
				if (digests.put(id, entry.digest()) != null) {
					throw new ArchiveException(archive, "names " + id + " twice", null);
				}
			}
			this.groups.forEach((group) -> new DocumentId(this.namespace, group, "any"));
		}
		catch (IllegalArgumentException ex) {
			throw new ArchiveException(archive, "has a name that is not allowed: " + ex.getMessage(), null);
		}
		Set<String> others = new HashSet<>(files);
		others.removeAll(ids.keySet());
		if (!others.isEmpty()) {
			throw new ArchiveException(archive,
					"holds " + others.size() + " files that its manifest does not name, such as '"
							+ Printable.of(new TreeSet<>(others).first()) + "'",
					null);
		}
		List<ConfigDocument> documents = new ArrayList<>();
		long left = ConfigArchive.MAX_BYTES;
		for (Map.Entry<String, DocumentId> entry : ids.entrySet()) {
			byte[] content = reader.read(entry.getKey(), left);
			left -= content.length;
			ConfigDocument document = ConfigDocument.of(entry.getValue(), content, Revision.ABSENT);
			if (!edited && !document.digest().equals(digests.get(document.id()))) {
				throw new ArchiveException(archive, "holds another " + entry.getKey()
						+ " than its manifest says: export it again, or say that it was edited", null);
			}
			documents.add(document);
		}
		return new ConfigArchive(this.namespace, timeOf(archive), Set.copyOf(this.groups),
				ConfigDocuments.of(documents));
	}

	private Instant timeOf(Path archive) {
		try {
			return Instant.parse(this.time);
		}
		catch (DateTimeParseException ex) {
			throw new ArchiveException(archive, "has a " + ConfigArchive.MANIFEST + " without a valid time", null);
		}
	}

	/**
	 * Reads at most so much, and refuses more.
	 */
	static byte[] bounded(Path archive, String file, InputStream input, long limit) throws IOException {
		byte[] content = input.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, limit + 1));
		if (content.length > limit) {
			throw new ArchiveException(archive, "is too large to be read, at " + file, null);
		}
		return content;
	}

	/** Reads a file of an archive. */
	@FunctionalInterface
	interface Reader {

		/**
		 * Reads a file.
		 * @param file its name
		 * @param limit how large it may be at most
		 * @return its content
		 * @throws IOException if that is not possible, or it is missing
		 */
		byte[] read(String file, long limit) throws IOException;

	}

}
