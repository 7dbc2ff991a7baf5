package io.governance.lint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.governance.config.DocumentId;
import io.governance.operations.ConfigArchive;

/**
 * Documents that are files, such as those of a repository or of an export.
 */
public final class DocumentFiles {

	private DocumentFiles() {
	}

	/**
	 * Finds documents.
	 * @param places files, which are taken, and directories, in which all files are taken
	 * that are neither hidden nor the manifest of an export
	 * @return the files in alphabetical order
	 * @throws IOException if one is not there or cannot be read
	 */
	public static List<Path> find(Collection<Path> places) throws IOException {
		Set<Path> found = new TreeSet<>();
		for (Path place : places) {
			if (Files.isDirectory(place)) {
				try (Stream<Path> files = Files.walk(place)) {
					files.filter(Files::isRegularFile)
						.filter((file) -> isDocument(place.relativize(file)))
						.forEach(found::add);
				}
			}
			else if (Files.exists(place)) {
				found.add(place);
			}
			else {
				throw new NoSuchFileException(place.toString());
			}
		}
		return List.copyOf(found);
	}

	private static boolean isDocument(Path relative) {
		for (Path part : relative) {
			if (part.toString().startsWith(".")) {
				return false;
			}
		}
		return !relative.toString().equals(ConfigArchive.MANIFEST);
	}

	/**
	 * Checks a file.
	 * @param linter checks it
	 * @param file the file, whose name is that of the document
	 * @return what was found
	 * @throws IOException if it cannot be read
	 */
	public static List<LintFinding> lint(ConfigLinter linter, Path file) throws IOException {
		DocumentId id;
		try {
			id = new DocumentId(DocumentId.DEFAULT, DocumentId.DEFAULT, String.valueOf(file.getFileName()));
		}
		catch (IllegalArgumentException ex) {
			return List.of(new LintFinding(LintFinding.Severity.ERROR, file.toString(), 0, 0, null, null,
					"has a name that no document can have", null));
		}
		return linter.lint(file.toString(), id, Files.readAllBytes(file));
	}

}
