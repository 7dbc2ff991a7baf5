package io.governance.samples.platform.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Puts the files of a platform where {@code clean} finds them: its logs are needed when
 * it failed.
 */
final class TargetDirectory implements TempDirFactory {

	@Override
	public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
		return Files.createTempDirectory(Files.createDirectories(Path.of("target").toAbsolutePath()), "platform-");
	}

}
