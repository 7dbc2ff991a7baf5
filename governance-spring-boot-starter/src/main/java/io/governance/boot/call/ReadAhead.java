package io.governance.boot.call;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.MediaType;

/**
 * Reads short answers to their end before they are handed over, so that an instance that
 * dies in the midst of one is no reason to fail: nobody has seen any of it, and another
 * instance can be asked. Streams are left alone.
 *
 * @param limit the longest answer, in bytes; 0 to read none ahead
 */
record ReadAhead(int limit) {

	static final ReadAhead NONE = new ReadAhead(0);

	/**
	 * Whether an answer is read ahead: one that is known to be short, or else one of a
	 * type that is of no use before its end.
	 * @param length its length; negative if it is not known
	 * @param type its type
	 * @return {@code true} if it is
	 */
	boolean wants(long length, @Nullable MediaType type) {
		return (length >= 0) ? length <= this.limit : this.limit > 0 && type != null && isDocument(type);
	}

	private static boolean isDocument(MediaType type) {
		String subtype = type.getSubtype();
		return subtype.equals("json") || subtype.equals("xml") || subtype.equals("html") || subtype.equals("plain")
				|| ((subtype.endsWith("+json") || subtype.endsWith("+xml")) && !subtype.startsWith("stream+"));
	}

	/**
	 * Reads the beginning of a body.
	 * @param body the body
	 * @return the same body; all of it is in memory, unless it is longer than the limit
	 * @throws IOException if it breaks off before
	 */
	InputStream begin(InputStream body) throws IOException {
		byte[] begun = body.readNBytes(this.limit);
		InputStream read = new ByteArrayInputStream(begun);
		return (begun.length < this.limit) ? read : new SequenceInputStream(read, body);
	}

}
