package io.governance.boot.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The pages of the documentation find each other. */
@Timeout(60)
class DocumentedLinksTests {

	private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

	private static final Set<String> OUTPUT = Set.of("target", "node_modules");

	private static final Pattern CODE = Pattern.compile("(?ms)^```.*?^```$");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	private static final Pattern HEADING = Pattern.compile("(?m)^#+ +(.*)$");

	static Stream<Path> pages() throws IOException {
		try (Stream<Path> files = Files.walk(ROOT)) {
			return files.filter((file) -> file.toString().endsWith(".md"))
				.map(ROOT::relativize)
				.filter((page) -> Stream.iterate(page, (path) -> path != null, Path::getParent)
					.map((path) -> path.getFileName().toString())
					.noneMatch((name) -> OUTPUT.contains(name) || name.startsWith(".")))
				.sorted()
				.toList()
				.stream();
		}
	}

	@ParameterizedTest
	@MethodSource("pages")
	void linksLeadToWhatThereIs(Path page) throws IOException {
		Set<String> dead = new TreeSet<>();
		for (String link : links(page)) {
			int hash = link.indexOf('#');
			Path target = (hash == 0) ? ROOT.resolve(page)
					: ROOT.resolve(page).resolveSibling((hash < 0) ? link : link.substring(0, hash)).normalize();
			if (!Files.exists(target) || (hash >= 0 && !anchors(target).contains(link.substring(hash + 1)))) {
				dead.add(link);
			}
		}
		assertThat(dead).isEmpty();
	}

	private static Set<String> links(Path page) throws IOException {
		return LINK.matcher(prose(ROOT.resolve(page)))
			.results()
			.map((link) -> link.group(1))
			.filter((link) -> !link.contains("://"))
			.collect(Collectors.toSet());
	}

	/** As GitHub makes them of headings. */
	private static Set<String> anchors(Path page) throws IOException {
		return HEADING.matcher(prose(page)).results().map(DocumentedLinksTests::anchor).collect(Collectors.toSet());
	}

	private static String anchor(MatchResult heading) {
		return heading.group(1)
			.replaceAll("\\]\\([^)]*\\)", "")
			.toLowerCase(Locale.ROOT)
			.replaceAll("[^\\p{L}\\p{N} _-]", "")
			.trim()
			.replace(' ', '-');
	}

	private static String prose(Path page) throws IOException {
		return CODE.matcher(Files.readString(page)).replaceAll("");
	}

}
