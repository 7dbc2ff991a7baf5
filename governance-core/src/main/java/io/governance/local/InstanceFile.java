package io.governance.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

import io.governance.backend.support.InstanceRecord;
import io.governance.internal.FileNames;

/**
 * The file of an instance. When its lease was renewed is the file's time of modification,
 * so that renewing neither writes nor makes anybody read.
 */
final class InstanceFile {

	private static final String EXTENSION = ".json";

	private static final int MAX_BYTES = 64 * 1024;

	private InstanceFile() {
	}

	static String nameOf(String instanceId) {
		return FileNames.encode(instanceId) + EXTENSION;
	}

	static Optional<String> idOf(String fileName) {
		return fileName.endsWith(EXTENSION)
				? FileNames.decode(fileName.substring(0, fileName.length() - EXTENSION.length())) : Optional.empty();
	}

	/**
	 * Reads a file that anybody may have written.
	 * @param file the file
	 * @param service the service that it must be of
	 * @param id the instance that it must be of
	 * @return what it says
	 * @throws IOException if it cannot be read
	 * @throws IllegalArgumentException if it says nothing valid
	 */
	static InstanceRecord read(Path file, String service, String id) throws IOException {
		byte[] content;
		try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
			content = in.readNBytes(MAX_BYTES + 1);
		}
		if (content.length > MAX_BYTES) {
			throw new FileSystemException(file.toString(), null, "is larger than " + MAX_BYTES + " bytes");
		}
		return InstanceRecord.parse(content, service, id);
	}

}
