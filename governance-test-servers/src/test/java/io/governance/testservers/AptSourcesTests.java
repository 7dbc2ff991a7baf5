package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class AptSourcesTests {

	@Test
	void readsStanzas() {
		List<AptSource> sources = AptSources.parseDeb822("""
				# the archive
				Types: deb deb-src
				URIs: http://mirror.example/debian http://second.example/debian
				Suites: bookworm bookworm-updates
				Components: main contrib
				# kept apart
				Signed-By: /usr/share/keyrings/archive.gpg

				types: deb
				uris: http://mirror.example/security
				suites: bookworm-security
				components: main
				""");
		assertThat(sources).containsExactly(
				new AptSource(List.of("http://mirror.example/debian", "http://second.example/debian"),
						List.of("bookworm", "bookworm-updates"), List.of("main", "contrib"),
						Map.of("signed-by", "/usr/share/keyrings/archive.gpg")),
				new AptSource(List.of("http://mirror.example/security"), List.of("bookworm-security"), List.of("main"),
						Map.of()));
	}

	@Test
	void leavesOutStanzasThatAreDisabledOrHoldSourcesOnly() {
		assertThat(AptSources.parseDeb822("""
				Enabled: no
				Types: deb
				URIs: http://mirror.example/debian
				Suites: bookworm
				Components: main

				Types: deb-src
				URIs: http://mirror.example/debian
				Suites: bookworm
				Components: main
				""")).isEmpty();
	}

	@Test
	void keepsAKeyThatIsWrittenIntoTheStanza() {
		String stanza = """
				Types: deb
				URIs: http://mirror.example/debian
				Suites: bookworm
				Components: main
				signed-by:
				 -----BEGIN PGP PUBLIC KEY BLOCK-----
				 .
				 mQINBGPL
				 -----END PGP PUBLIC KEY BLOCK-----
				""";
		AptSource source = AptSources.parseDeb822(stanza).get(0);
		assertThat(source.toDeb822()).isEqualToIgnoringWhitespace(stanza).contains("\n .\n mQINBGPL\n");
		assertThat(AptSources.parseDeb822(source.toDeb822())).containsExactly(source);
	}

	@Test
	void readsLines() {
		assertThat(AptSources.parseList("""
				# deb http://mirror.example/old buster main
				deb http://mirror.example/debian bookworm main contrib # the archive
				deb-src http://mirror.example/debian bookworm main
				deb [arch=amd64,arm64 signed-by=/usr/share/keyrings/archive.gpg] http://other.example/x stable main
				""")).containsExactly(
				new AptSource(List.of("http://mirror.example/debian"), List.of("bookworm"), List.of("main", "contrib"),
						Map.of()),
				new AptSource(List.of("http://other.example/x"), List.of("stable"), List.of("main"),
						Map.of("Architectures", "amd64 arm64", "signed-by", "/usr/share/keyrings/archive.gpg")));
	}

	@Test
	void readsAllFilesOfTheMachineThatAptReads(@TempDir Path directory) throws IOException {
		Files.writeString(directory.resolve("sources.list"), "deb http://a.example/debian bookworm main\n");
		Path parts = Files.createDirectory(directory.resolve("sources.list.d"));
		Files.writeString(parts.resolve("b.list"), "deb http://b.example/debian bookworm main\n");
		Files.writeString(parts.resolve("c.sources"),
				"Types: deb\nURIs: http://c.example/debian\nSuites: bookworm\nComponents: main\n");
		Files.writeString(parts.resolve("d.list.disabled"), "deb http://d.example/debian bookworm main\n");
		assertThat(AptSources.read(directory)).flatExtracting(AptSource::uris)
			.containsExactly("http://a.example/debian", "http://b.example/debian", "http://c.example/debian");
	}

	@Test
	void findsNothingWhereAptIsNot(@TempDir Path directory) {
		assertThat(AptSources.read(directory.resolve("absent"))).isEmpty();
	}

	@Test
	void tellsReleasesFromUpdatesAndFromOtherArchives() {
		assertThat(AptSources.parseList("""
				deb http://mirror.example/debian bookworm main
				deb http://mirror.example/security bookworm-security main
				deb http://other.example/docker bookworm stable
				deb http://other.example/flat ./
				""")).extracting(AptSource::isMain).containsExactly(true, false, false, false);
	}

	@Test
	void repeatsASourceWithAnotherSuite() {
		AptSource source = AptSources.parseList(
				"deb [signed-by=/usr/share/keyrings/archive.gpg] http://mirror.example/debian bookworm main contrib")
			.get(0);
		assertThat(source.withSuite("bullseye").toDeb822()).isEqualTo("""
				Types: deb
				URIs: http://mirror.example/debian
				Suites: bullseye
				Components: main
				signed-by: /usr/share/keyrings/archive.gpg
				""");
	}

}
