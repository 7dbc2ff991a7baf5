package io.governance.nacos;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

import io.governance.config.Revision;

/**
 * The revisions of Nacos: the MD5 of the content.
 */
final class Md5 {

	private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");

	private Md5() {
	}

	static boolean isRevision(Revision revision) {
		return HEX.matcher(revision.value()).matches();
	}

	static Revision revision(byte[] content) {
		try {
			return new Revision(HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("Every Java platform has MD5", ex);
		}
	}

}
