package io.governance.operations;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ConfigArchiveTests {

	@TempDir
	private Path home;

	@ParameterizedTest
	@ValueSource(strings = { "backup.zip", "backup" })
	void whatIsWrittenIsRead(String name) throws IOException {
		Path target = this.home.resolve(name);
		ConfigArchive archive = archive("a:b.yaml", "umlaut: ä\r\n", "nul.yaml", "", "plain", "x");
		archive.write(target);
		ConfigArchive read = ConfigArchive.read(target, false);
		assertThat(read.documents().sameContent(archive.documents())).isTrue();
		assertThat(read.namespace()).isEqualTo("dev");
		assertThat(read.time()).isEqualTo(archive.time());
		assertThat(read.groups()).containsExactly("shop", "void");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target))).endsWith("------");
	}

	@Test
	void zipOfTheSameDocumentsHasTheSameBytes() throws IOException {
		archive("orders.yaml", "a: 1").write(this.home.resolve("one.zip"));
		archive("orders.yaml", "a: 1").write(this.home.resolve("two.zip"));
		assertThat(this.home.resolve("one.zip")).hasSameBinaryContentAs(this.home.resolve("two.zip"));
	}

	@Test
	void archiveThatCouldNotBeReadAgainIsNotWritten() {
		List<ConfigDocument> documents = IntStream.rangeClosed(0, ConfigArchive.MAX_DOCUMENTS)
			.mapToObj((i) -> ConfigDocument.of(new DocumentId("dev", "shop", "d" + i), "x", Revision.of(1)))
			.toList();
		ConfigArchive large = new ConfigArchive("dev", Instant.EPOCH, Set.of("shop"), ConfigDocuments.of(documents));
		Path target = this.home.resolve("large.zip");
		assertThatExceptionOfType(ArchiveException.class).isThrownBy(() -> large.write(target))
			.withMessageContaining("with 10001 documents");
		assertThat(target).doesNotExist();
	}

	@Test
	void directoryThatIsNotEmptyIsLeftAlone() throws IOException {
		Path other = Files.writeString(this.home.resolve("other.txt"), "x");
		assertThatExceptionOfType(ArchiveException.class)
			.isThrownBy(() -> archive("orders.yaml", "a: 1").write(this.home));
		assertThat(this.home).isDirectoryContaining(other::equals).isDirectoryNotContaining("glob:**.json");
	}

	@Test
	void changedDocumentIsRefusedUnlessItWasMeant() throws IOException {
		Path target = this.home.resolve("backup");
		archive("orders.yaml", "a: 1").write(target);
		Files.writeString(target.resolve("shop/orders.yaml"), "a: 2");
		assertRefused(target, "holds another shop/orders.yaml than its manifest says");
		ConfigDocuments edited = ConfigArchive.read(target, true).documents();
		assertThat(edited.documents().values()).extracting(ConfigDocument::text).containsExactly("a: 2");
	}

	@Test
	void symbolicLinkIsNotFollowed() throws IOException {
		Path secret = Files.writeString(this.home.resolve("secret"), "a: 1");
		Path target = this.home.resolve("backup");
		archive("orders.yaml", "a: 1").write(target);
		Files.delete(target.resolve("shop/orders.yaml"));
		Files.createSymbolicLink(target.resolve("shop/orders.yaml"), secret);
		assertRefused(target, "is a symbolic link");
	}

	@Test
	void fileThatTheManifestDoesNotNameIsRefused() throws IOException {
		Path target = this.home.resolve("backup");
		archive("orders.yaml", "a: 1").write(target);
		Files.writeString(target.resolve("shop/more.yaml"), "a: 2");
		assertRefused(target, "holds 1 files that its manifest does not name, such as 'shop/more.yaml'");
	}

	@ParameterizedTest
	@ValueSource(strings = { "../orders.yaml", "/etc/passwd", "a/b", "", ".hidden", "x\\\\y" })
	void nameThatIsAPathIsRefused(String name) throws IOException {
		Path zip = zip(Map.of("manifest.json", manifest(name, "0"), "shop/" + name, "a: 1"));
		assertRefused(zip, "has a name that is not allowed");
	}

	@Test
	void entryOutsideOfTheArchiveIsRefused() throws IOException {
		Path zip = zip(
				Map.of("manifest.json",
						"{\"version\":1,\"namespace\":\"dev\",\"time\":"
								+ "\"2026-01-02T03:04:05Z\",\"groups\":[],\"documents\":[]}",
						"../../evil\u001bx", "x"));
		assertRefused(zip, "holds 1 files that its manifest does not name, such as '../../evil?x'");
		assertThat(this.home.resolve("../../evil")).doesNotExist();
	}

	@Test
	void zipBombIsNotInflated() throws IOException {
		Path zip = this.home.resolve("bomb.zip");
		try (OutputStream file = Files.newOutputStream(zip); ZipOutputStream out = new ZipOutputStream(file)) {
			out.putNextEntry(new ZipEntry("manifest.json"));
			out.write(manifest("a.yaml", "0").getBytes(StandardCharsets.UTF_8));
			out.closeEntry();
			out.putNextEntry(new ZipEntry("shop/a.yaml"));
			byte[] zeros = new byte[1024 * 1024];
			for (int i = 0; i < 257; i++) {
				out.write(zeros);
			}
			out.closeEntry();
		}
		assertThat(Files.size(zip)).isLessThan(1024 * 1024);
		assertRefused(zip, "is too large to be read, at shop/a.yaml");
	}

	@Test
	void tooManyFilesAreRefused() throws IOException {
		Map<String, String> files = new LinkedHashMap<>();
		for (int i = 0; i <= ConfigArchive.MAX_DOCUMENTS * 2; i++) {
			files.put("shop/" + i, "");
		}
		assertRefused(zip(files), "has too many files");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "null", "{}", "{\"version\":2}", "{\"version\":1,\"documents\":null}",
			"{\"version\":1,\"namespace\":\"dev\",\"time\":\"2026-01-02T03:04:05Z\",\"groups\":[null],\"documents\":[]}",
			"{\"version\":1,\"namespace\":\"dev\",\"time\":\"2026-01-02T03:04:05Z\",\"groups\":[],\"documents\":[null]}",
			"{\"version\":1,\"namespace\":\"dev\",\"time\":\"soon\",\"groups\":[],\"documents\":[]}" })
	void manifestThatIsNotValidIsRefused(String manifest) throws IOException {
		assertRefused(zip(Map.of("manifest.json", manifest)), "");
	}

	@Test
	void whatIsNoArchiveIsRefused() throws IOException {
		assertRefused(this.home.resolve("missing.zip"), "cannot be read");
		assertRefused(Files.writeString(this.home.resolve("text.zip"), "text"), "cannot be read");
		assertRefused(Files.createDirectory(this.home.resolve("empty")), "cannot be read");
	}

	private static void assertRefused(Path source, String why) {
		assertThatExceptionOfType(ArchiveException.class).isThrownBy(() -> ConfigArchive.read(source, false))
			.withMessageContaining(source.toString())
			.withMessageContaining(why);
	}

	private static ConfigArchive archive(String... namesAndTexts) {
		List<ConfigDocument> documents = new ArrayList<>();
		for (int i = 0; i < namesAndTexts.length; i += 2) {
			documents.add(ConfigDocument.of(new DocumentId("dev", "shop", namesAndTexts[i]), namesAndTexts[i + 1],
					Revision.of(i + 1)));
		}
		return new ConfigArchive("dev", Instant.parse("2026-01-02T03:04:05Z"), Set.of("shop", "void"),
				ConfigDocuments.of(documents));
	}

	private static String manifest(String name, String digest) {
		return "{\"version\":1,\"namespace\":\"dev\",\"time\":\"2026-01-02T03:04:05Z\",\"groups\":[\"shop\"],"
				+ "\"documents\":[{\"group\":\"shop\",\"name\":\"" + name + "\",\"digest\":\"" + digest + "\"}]}";
	}

	private Path zip(Map<String, String> files) throws IOException {
		Path zip = this.home.resolve("made.zip");
		try (OutputStream file = Files.newOutputStream(zip); ZipOutputStream out = new ZipOutputStream(file)) {
			for (Map.Entry<String, String> entry : files.entrySet()) {
				out.putNextEntry(new ZipEntry(entry.getKey()));
				out.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
				out.closeEntry();
			}
		}
		return zip;
	}

}
