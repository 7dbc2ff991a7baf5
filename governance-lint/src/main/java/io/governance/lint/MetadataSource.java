package io.governance.lint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/**
 * Where metadata and classes come from: a jar, with the jars inside of it if it is an
 * executable one, a directory of classes or of jars, or a file of metadata.
 */
final class MetadataSource {

	static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private static final List<String> CLASSES = List.of("BOOT-INF/classes/", "WEB-INF/classes/");

	private static final List<String> LIBRARIES = List.of("BOOT-INF/lib/", "WEB-INF/lib/", "WEB-INF/lib-provided/");

	private final Path path;

	MetadataSource(Path path) {
		this.path = path;
	}

	/**
	 * Reads files by their names on the classpath.
	 * @param wanted which names
	 * @param consumer gets each
	 */
	void read(Predicate<String> wanted, Consumer consumer) throws IOException {
		if (Files.isDirectory(this.path)) {
			readDirectory(wanted, consumer);
		}
		else if (this.path.toString().endsWith(".json")) {
			if (wanted.test(METADATA)) {
				consumer.accept(METADATA, Files.readAllBytes(this.path));
			}
		}
		else {
			readJar(this.path, wanted, consumer);
		}
	}

	private void readDirectory(Predicate<String> wanted, Consumer consumer) throws IOException {
		List<Path> files;
		try (Stream<Path> all = Files.walk(this.path, FileVisitOption.FOLLOW_LINKS)) {
			files = all.filter(Files::isRegularFile).toList();
		}
		for (Path file : files) {
			String name = this.path.relativize(file).toString().replace('\\', '/');
			if (wanted.test(name)) {
				consumer.accept(name, Files.readAllBytes(file));
			}
			else if (name.endsWith(".jar")) {
				readJar(file, wanted, consumer);
			}
		}
	}

	private static void readJar(Path jar, Predicate<String> wanted, Consumer consumer) throws IOException {
		try (InputStream file = Files.newInputStream(jar)) {
			if (readEntries(file, wanted, consumer) == 0) {
				throw new ZipException("is no jar");
			}
		}
	}

	private static int readEntries(InputStream jar, Predicate<String> wanted, Consumer consumer) throws IOException {
		ZipInputStream zip = new ZipInputStream(jar);
		int entries = 0;
		for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
			entries++;
			String name = entry.getName();
			if (name.endsWith(".jar") && LIBRARIES.stream().anyMatch(name::startsWith)) {
				readEntries(zip, wanted, consumer);
				continue;
			}
			String onClasspath = CLASSES.stream()
				.filter(name::startsWith)
				.findFirst()
				.map((prefix) -> name.substring(prefix.length()))
				.orElse(name);
			if (wanted.test(onClasspath)) {
				consumer.accept(onClasspath, zip.readAllBytes());
			}
		}
		return entries;
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

	/** Gets what was read. */
	@FunctionalInterface
	interface Consumer {

		/**
		 * Takes a file.
		 * @param name its name on the classpath
		 * @param content its content
		 * @throws IOException if it cannot be used
		 */
		void accept(String name, byte[] content) throws IOException;

	}

}
