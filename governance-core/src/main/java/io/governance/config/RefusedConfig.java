package io.governance.config;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a running application refused last, so that it does not start with it: digests of
 * the documents, never their content. Immutable.
 *
 * @param release the release that refused it
 * @param time when
 * @param reason where and why, as it was logged
 * @param digests the digest of each document that was read, empty for one that did not
 * exist
 */
record RefusedConfig(String release, Instant time, String reason, Map<DocumentId, String> digests) {

	private static final int FORMAT = 0x676f7231;

	private static final int MAX_REASON = 2_000;

	RefusedConfig {
		digests = Map.copyOf(digests);
	}

	static RefusedConfig of(ConfigDocuments documents, Collection<DocumentId> read, String release, Instant time,
			String reason) {
		Map<DocumentId, String> digests = new TreeMap<>();
		read.forEach((id) -> digests.put(id, digestOf(documents, id)));
		return new RefusedConfig(release, time, reason.substring(0, Math.min(reason.length(), MAX_REASON)), digests);
	}

	private static String digestOf(ConfigDocuments documents, DocumentId id) {
		return documents.find(id).map(ConfigDocument::digest).orElse("");
	}

	/**
	 * Whether this was refused. Documents that were not read then say nothing, nor do
	 * those that are no longer any of the application's.
	 * @param read the documents that are read now
	 * @param known whether a document is one of the application's, read or not: a variant
	 * that is not chosen now may have been the reason
	 */
	boolean covers(ConfigDocuments documents, Collection<DocumentId> read, Predicate<DocumentId> known) {
		if (!isWithin(read, known)) {
			return false;
		}
		boolean common = false;
		for (DocumentId id : read) {
			String digest = this.digests.get(id);
			if (digest != null && !digest.equals(digestOf(documents, id))) {
				return false;
			}
			common |= (digest != null);
		}
		return common;
	}

	/**
	 * Whether everything that was refused is also read now.
	 */
	boolean isWithin(Collection<DocumentId> read, Predicate<DocumentId> known) {
		return this.digests.entrySet()
			.stream()
			.filter((entry) -> !entry.getValue().isEmpty())
			.map(Map.Entry::getKey)
			.allMatch((id) -> read.contains(id) || !known.test(id));
	}

	/**
	 * The same, refused by another release.
	 */
	RefusedConfig by(String other) {
		return new RefusedConfig(other, this.time, this.reason, this.digests);
	}

	byte[] encode() throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream output = new DataOutputStream(bytes);
		output.writeInt(FORMAT);
		output.writeUTF(this.release);
		output.writeUTF(this.time.toString());
		output.writeUTF(this.reason);
		output.writeInt(this.digests.size());
		for (Map.Entry<DocumentId, String> entry : this.digests.entrySet()) {
			output.writeUTF(entry.getKey().namespace());
			output.writeUTF(entry.getKey().group());
			output.writeUTF(entry.getKey().name());
			output.writeUTF(entry.getValue());
		}
		return bytes.toByteArray();
	}

	static RefusedConfig decode(byte[] body) throws IOException {
		DataInputStream input = new DataInputStream(new ByteArrayInputStream(body));
		try {
			if (input.readInt() != FORMAT) {
				throw new IOException("is not understood");
			}
			String release = input.readUTF();
			Instant time = Instant.parse(input.readUTF());
			String reason = input.readUTF();
			Map<DocumentId, String> digests = new TreeMap<>();
			for (int left = input.readInt(); left > 0; left--) {
				DocumentId id = new DocumentId(input.readUTF(), input.readUTF(), input.readUTF());
				digests.put(id, input.readUTF());
			}
			return new RefusedConfig(release, time, reason, digests);
		}
		catch (EOFException | UTFDataFormatException | DateTimeException | IllegalArgumentException ex) {
			throw new IOException("is not understood", ex);
		}
	}

}
