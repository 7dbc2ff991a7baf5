package io.governance.boot.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A block of code in the documentation.
 *
 * @param page the page, from the root of the repository
 * @param line the line on which it begins
 * @param language what it is said to be; empty if nothing is said
 * @param text the code
 */
record CodeBlock(String page, int line, String language, String text) {

	private static final Path ROOT = Path.of("..");

	private static final Pattern BLOCK = Pattern.compile("(?m)^```([a-z]*)\\n((?s:.*?))^```$");

	/** All blocks of all pages. */
	static Stream<CodeBlock> all() throws IOException {
		try (Stream<Path> docs = Files.list(ROOT.resolve("docs")); Stream<Path> samples = Files.walk(samples(), 4)) {
			List<Path> pages = Stream
				.of(Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")),
						docs.filter((page) -> page.toString().endsWith(".md")).sorted(),
						samples.filter((page) -> page.endsWith("README.md")).sorted())
				.flatMap((all) -> all)
				.toList();
			return pages.stream().flatMap(CodeBlock::of);
		}
	}

	private static Path samples() {
		return ROOT.resolve("samples");
	}

	private static Stream<CodeBlock> of(Path page) {
		String text;
		try {
			text = Files.readString(page);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		String name = ROOT.relativize(page).toString();
		return BLOCK.matcher(text)
			.results()
			.map((block) -> new CodeBlock(name, (int) text.substring(0, block.start()).lines().count() + 1,
					block.group(1), block.group(2)))
			.toList()
			.stream();
	}

	@Override
	public String toString() {
		return this.page + ":" + this.line;
	}

}
