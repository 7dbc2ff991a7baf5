package io.governance.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

import io.governance.internal.Sha256;

/**
 * A document as a backend holds it at one revision. Immutable; its text is never printed
 * by {@link #toString()}.
 */
public final class ConfigDocument {

	private final DocumentId id;

	private final byte[] content;

	private final Revision revision;

	private final String digest;

	private ConfigDocument(DocumentId id, byte[] content, Revision revision) {
		this.id = id;
		this.content = content;
		this.revision = revision;
		this.digest = digestOf(content);
	}

	/**
	 * A document of bytes, which are copied.
	 * @param id the document's name
	 * @param content its content
	 * @param revision its revision
	 * @return the document
	 */
	public static ConfigDocument of(DocumentId id, byte[] content, Revision revision) {
		return new ConfigDocument(id, content.clone(), revision);
	}

	/**
	 * A document of text, which is encoded as UTF-8.
	 * @param id the document's name
	 * @param text its content
	 * @param revision its revision
	 * @return the document
	 */
	public static ConfigDocument of(DocumentId id, String text, Revision revision) {
		return new ConfigDocument(id, text.getBytes(StandardCharsets.UTF_8), revision);
	}

	/**
	 * The SHA-256 of some content.
	 * @param content the content
	 * @return 64 lower-case hexadecimal digits
	 */
	public static String digestOf(byte[] content) {
		return Sha256.of(content);
	}

	/**
	 * The document's name.
	 * @return the id
	 */
	public DocumentId id() {
		return this.id;
	}

	/**
	 * The content.
	 * @return a copy of the bytes
	 */
	public byte[] content() {
		return this.content.clone();
	}

	/**
	 * The size of the content.
	 * @return the number of bytes
	 */
	public int size() {
		return this.content.length;
	}

	/**
	 * The content as text.
	 * @return the text, without the byte order mark that some editors put first
	 * @throws InvalidConfigException if the content is not valid UTF-8
	 */
	public String text() {
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(this.content)).toString();
			return text.startsWith("\uFEFF") ? text.substring(1) : text;
		}
		catch (CharacterCodingException ex) {
			throw InvalidConfigException.in(this.id, "is not valid UTF-8: save it with that encoding");
		}
	}

	/**
	 * The revision that this content has on its backend.
	 * @return the revision
	 */
	public Revision revision() {
		return this.revision;
	}

	/**
	 * The SHA-256 of the content, the same on every backend.
	 * @return 64 lower-case hexadecimal digits
	 */
	public String digest() {
		return this.digest;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof ConfigDocument that && this.id.equals(that.id) && this.revision.equals(that.revision)
				&& Arrays.equals(this.content, that.content);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.id, this.revision, this.digest);
	}

	@Override
	public String toString() {
		return this.id + "@" + this.revision + " (" + this.content.length + " bytes)";
	}

}
