package io.governance.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SnapshotCache}.
 */
class SnapshotCacheTests {

	private static final Instant TIME = Instant.parse("2026-01-02T03:04:05Z");

	private static final ConfigDocuments DOCUMENTS = ConfigDocuments.of(List
		.of(InMemoryConfigSource.document("a.yaml", "a: s3cretValue"), InMemoryConfigSource.document("b.yaml", "")));

	@TempDir
	private Path directory;

	@Test
	void givesBackWhatWasKept() {
		cache("orders").save(DOCUMENTS, TIME);

		assertThat(cache("orders").load()).contains(new SnapshotCache.Entry(DOCUMENTS, TIME));
	}

	@Test
	void hasNothingBeforeTheFirstSave() {
		assertThat(cache("orders").load()).isEmpty();
		assertThat(this.directory.resolve("cache")).doesNotExist();
	}

	@Test
	@DisplayName("(c)6 the file is 0600 in directories of 0700")
	void isForTheEyesOfItsOwnerOnly() throws IOException {
		SnapshotCache cache = new SnapshotCache(this.directory.resolve("new/cache"), "orders");

		cache.save(DOCUMENTS, TIME);

		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.file()))).isEqualTo("rw-------");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cache.file().getParent())))
			.isEqualTo("rwx------");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(this.directory.resolve("new"))))
			.isEqualTo("rwx------");
	}

	@Test
	void writesNothingWhenTheContentIsTheSame() throws IOException {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);
		Object first = Files.readAttributes(cache.file(), "unix:ino").get("ino");

		cache.save(DOCUMENTS, TIME.plusSeconds(1));
		cache.save(ConfigDocuments.of(DOCUMENTS.documents()
			.values()
			.stream()
			.map((document) -> ConfigDocument.of(document.id(), document.content(), Revision.of(99)))
			.toList()), TIME.plusSeconds(2));

		assertThat(Files.readAttributes(cache.file(), "unix:ino").get("ino")).isEqualTo(first);
		cache.save(ConfigDocuments.NONE, TIME.plusSeconds(3));
		assertThat(cache.load()).contains(new SnapshotCache.Entry(ConfigDocuments.NONE, TIME.plusSeconds(3)));
	}

	@Test
	@DisplayName("F30 a cache file that is cut off anywhere is ignored")
	void ignoresWhatIsCutOff() throws IOException {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);
		byte[] whole = Files.readAllBytes(cache.file());

		for (int length = 0; length < whole.length; length++) {
			Files.write(cache.file(), Arrays.copyOf(whole, length));
			assertThat(cache.load()).as("%d of %d bytes", length, whole.length).isEmpty();
		}
	}

	@Test
	@DisplayName("F30 a cache file with a flipped bit is ignored")
	void ignoresWhatIsGarbled() throws IOException {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);
		byte[] whole = Files.readAllBytes(cache.file());

		for (int i = 0; i < whole.length; i++) {
			if (i != 64) {
				byte[] garbled = whole.clone();
				garbled[i] ^= 1;
				Files.write(cache.file(), garbled);
				assertThat(cache.load()).as("byte %d", i).isEmpty();
			}
		}
	}

	@Test
	@DisplayName("F30 a cache file of another version is ignored")
	void ignoresWhatItDoesNotUnderstand() throws IOException {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);

		for (String body : List.of("", "null", "{}", "[]", "gov1", "gov1\0\u000bs3cretValue\0\0\0\0",
				"gov1\0\u00142026-01-02T03:04:05Z\0\0\0\u0001\0\4../x\0\1g\0\1n\0\u00011\0\0\0\0",
				"gov1\0\u00142026-01-02T03:04:05Z\0\0\0\u0001\0\1x\0\1g\0\1n\0\u00011\u007f\0\0\0",
				"{\"time\":\"s3cretValue\",\"documents\":[]}",
				"{\"time\":\"2026-01-02T03:04:05Z\",\"documents\":[{\"namespace\":\"../x\",\"group\":\"g\",\"name\":\"n\",\"revision\":\"1\",\"content\":\"\"}]}")) {
			Files.writeString(cache.file(), ConfigDocument.digestOf(body.getBytes()) + "\n" + body);
			try (CapturedLog log = CapturedLog.open()) {
				assertThat(cache.load()).as(body).isEmpty();
				assertThat(log.lines(Level.WARN)).hasSize(1);
				assertThat(log.text()).doesNotContain("s3cretValue");
			}
		}
	}

	@Test
	@DisplayName("F30 a symbolic link in the place of the cache file is neither read nor written")
	void followsNoLink() throws IOException {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);
		Path elsewhere = this.directory.resolve("elsewhere");
		Files.move(cache.file(), elsewhere);
		Files.createSymbolicLink(cache.file(), elsewhere);
		byte[] before = Files.readAllBytes(elsewhere);

		SnapshotCache fresh = cache("orders");
		assertThat(fresh.load()).isEmpty();
		fresh.save(ConfigDocuments.NONE, TIME);

		assertThat(elsewhere).hasBinaryContent(before);
		assertThat(fresh.file()).isSymbolicLink();
	}

	@Test
	@DisplayName("(c)6 a symbolic link in the place of the directory is neither read nor written")
	void followsNoLinkToADirectory() throws IOException {
		cache("orders").save(DOCUMENTS, TIME);
		Path elsewhere = Files.move(this.directory.resolve("cache"), this.directory.resolve("elsewhere"));
		Files.createSymbolicLink(this.directory.resolve("cache"), elsewhere);
		byte[] before = Files.readAllBytes(elsewhere.resolve("orders.snapshot"));

		try (CapturedLog log = CapturedLog.open()) {
			SnapshotCache cache = cache("orders");
			assertThat(cache.load()).isEmpty();
			cache.save(ConfigDocuments.NONE, TIME);

			assertThat(log.lines(Level.WARN)).hasSize(2)
				.allSatisfy((line) -> assertThat(line).contains("its directory is a symbolic link"));
		}
		assertThat(elsewhere.resolve("orders.snapshot")).hasBinaryContent(before);
		assertThat(elsewhere).isDirectoryNotContaining("glob:**.tmp");
	}

	@ParameterizedTest
	@ValueSource(strings = { "rwxrwx---", "rwx----w-", "rwxrwxrwx" })
	@DisplayName("(c)6 a directory that others can write is neither read nor written")
	void usesNoDirectoryThatOthersCanWrite(String permissions) throws IOException {
		cache("orders").save(DOCUMENTS, TIME);
		Path directory = this.directory.resolve("cache");
		byte[] before = Files.readAllBytes(directory.resolve("orders.snapshot"));
		Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));

		try (CapturedLog log = CapturedLog.open()) {
			SnapshotCache cache = cache("orders");
			assertThat(cache.load()).isEmpty();
			cache.save(ConfigDocuments.NONE, TIME);

			assertThat(log.lines(Level.WARN)).hasSize(2)
				.allSatisfy((line) -> assertThat(line).contains("its directory can be written by others"));
		}
		assertThat(directory.resolve("orders.snapshot")).hasBinaryContent(before);
		SnapshotCache below = new SnapshotCache(directory.resolve("below"), "orders");
		below.save(DOCUMENTS, TIME);
		assertThat(below.load()).isPresent();
	}

	@ParameterizedTest
	@ValueSource(strings = { "rw--w----", "rw-----w-", "rw-rw-rw-" })
	@DisplayName("(c)6 a file that others may have written is ignored")
	void ignoresWhatOthersMayHaveWritten(String permissions) throws IOException {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);
		Files.setPosixFilePermissions(cache.file(), PosixFilePermissions.fromString(permissions));

		try (CapturedLog log = CapturedLog.open()) {
			assertThat(cache.load()).isEmpty();
			assertThat(log.lines(Level.WARN)).singleElement().asString().endsWith("can be written by others");
		}
	}

	@Test
	@DisplayName("(c)6 a file that belongs to another user is ignored")
	void ignoresWhatBelongsToSomebodyElse() {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);

		try (CapturedLog log = CapturedLog.open()) {
			assertThat(new SnapshotCache(this.directory.resolve("cache"), "orders", "somebody-else").load()).isEmpty();
			assertThat(log.lines(Level.WARN)).singleElement().asString().endsWith("belongs to another user");
		}
		assertThat(new SnapshotCache(this.directory.resolve("cache"), "orders", null).load()).isPresent();
	}

	@Test
	@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
	void doesNotHangOnAPipe() throws Exception {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);
		Files.delete(cache.file());
		assertThat(new ProcessBuilder("mkfifo", cache.file().toString()).start().waitFor()).isZero();

		assertThat(cache("orders").load()).isEmpty();
	}

	@Test
	void warnsOnceWhenItCannotWrite() throws IOException {
		Path file = Files.createFile(this.directory.resolve("file"));
		SnapshotCache cache = new SnapshotCache(file, "orders");

		try (CapturedLog log = CapturedLog.open()) {
			cache.save(DOCUMENTS, TIME);
			cache.save(DOCUMENTS, TIME);

			assertThat(log.lines(Level.INFO)).singleElement().asString().contains(cache.file().toString());
			assertThat(log.text()).doesNotContain("s3cretValue");
		}
	}

	@Test
	void leavesNothingBesideTheFile() throws IOException {
		SnapshotCache cache = cache("orders");
		cache.save(DOCUMENTS, TIME);
		cache.save(ConfigDocuments.NONE, TIME);

		try (Stream<Path> files = Files.list(cache.file().getParent())) {
			assertThat(files).containsExactly(cache.file());
		}
	}

	@Test
	void givesEachNameAFileOfItsOwnInItsDirectory() {
		assertThat(cache("orders-1.0_x").file()).hasFileName("orders-1.0_x.snapshot");
		assertThat(
				Stream.of("a/b", "a_b", "a:b", "../x", "..", "", "\u00e4", "\u00f6", "n".repeat(500), "n".repeat(501))
					.map((name) -> cache(name).file())
					.distinct())
			.hasSize(10)
			.allSatisfy((file) -> assertThat(file.normalize().getParent()).isEqualTo(this.directory.resolve("cache")))
			.allSatisfy((file) -> assertThat(file.getFileName().toString().length()).isLessThan(200));
		SnapshotCache longName = cache("n".repeat(500));
		longName.save(DOCUMENTS, TIME);
		assertThat(longName.load()).isPresent();
	}

	private SnapshotCache cache(String name) {
		return new SnapshotCache(this.directory.resolve("cache"), name);
	}

}
