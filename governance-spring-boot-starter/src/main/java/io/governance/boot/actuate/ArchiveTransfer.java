package io.governance.boot.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.operations.ConfigArchive;
import io.governance.operations.ConfigOperations;
import io.governance.operations.ImportPlan;
import io.governance.operations.PublishMode;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * Zip files of the documents that this application reads.
 */
final class ArchiveTransfer {

	private final ConfigOperations operations;

	ArchiveTransfer(ConfigOperations operations) {
		this.operations = operations;
	}

	/**
	 * Makes a zip file.
	 */
	byte[] export(String namespace, List<DocumentId> ids, Author author) {
		ConfigArchive archive = this.operations.exportOnly(namespace, Set.copyOf(ids), author);
		return withFile((file) -> {
			archive.write(file);
			return Files.readAllBytes(file);
		});
	}

	/**
	 * Plans what a zip file would change.
	 * @throws EndpointRefusal if it holds documents that this application does not read
	 * @throws IllegalArgumentException if it is not a zip file in Base64
	 */
	ImportPlan plan(String content, String namespace, List<DocumentId> allowed) {
		byte[] zip = Base64.getMimeDecoder().decode(content);
		ConfigArchive archive = withFile((file) -> {
			Files.write(file, zip);
			return ConfigArchive.read(file, false);
		});
		ImportPlan plan = this.operations.plan(archive, namespace, false);
		Set<DocumentId> others = new HashSet<>();
		plan.steps().forEach((step) -> others.add(step.id()));
		allowed.forEach(others::remove);
		if (!others.isEmpty()) {
			throw new EndpointRefusal(WebEndpointResponse.STATUS_BAD_REQUEST,
					"The archive holds " + others.size()
							+ " documents that this application does not read in namespace " + namespace
							+ ": import it with the command line");
		}
		return plan;
	}

	/**
	 * Writes what a plan says.
	 */
	void apply(ImportPlan plan, Author author) {
		this.operations.apply(plan, author, PublishMode.CHECKED);
	}

	private static <T> T withFile(FileStep<T> step) {
		try {
			Path directory = Files.createTempDirectory("governance");
			Path file = directory.resolve("config.zip");
			try {
				return step.run(file);
			}
			finally {
				Files.deleteIfExists(file);
				Files.deleteIfExists(directory);
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What is done with a file. */
	@FunctionalInterface
	private interface FileStep<T> {

		T run(Path file) throws IOException;

	}

}
