package io.governance.operations;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

import io.governance.GovernanceException;
import io.governance.Printable;
import org.jspecify.annotations.Nullable;

/**
 * An archive cannot be read or written.
 */
public class ArchiveException extends GovernanceException {

	ArchiveException(Path archive, String reason, @Nullable Throwable cause) {
		super("Archive " + archive + " " + reason, cause);
	}

	static ArchiveException of(Path archive, String what, IOException cause) {
		String type = cause.getClass().getSimpleName().replaceAll("Exception$", "");
		String reason = (cause instanceof FileSystemException ex)
				? ex.getFile() + ": " + ((ex.getReason() != null) ? ex.getReason() : type)
				: type + ((cause.getMessage() != null) ? ": " + cause.getMessage() : "");
		return new ArchiveException(archive, what + " (" + Printable.of(reason) + ")", cause);
	}

}
