package io.governance.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Reads the package sources of the machine, in both formats that apt has.
 */
final class AptSources {

	private static final Pattern ONE_LINE = Pattern
		.compile("deb\\s+(?:\\[([^]]*)]\\s*)?(\\S+)\\s+(\\S+)((?:\\s+\\S+)*)");

	private static final Map<String, String> LONG_NAMES = Map.of("arch", "Architectures", "lang", "Languages", "target",
			"Targets");

	private AptSources() {
	}

	/**
	 * Reads {@code sources.list} and {@code sources.list.d} of a directory like
	 * {@code /etc/apt}.
	 */
	static List<AptSource> read(Path directory) {
		List<AptSource> sources = new ArrayList<>();
		try {
			Path list = directory.resolve("sources.list");
			if (Files.isReadable(list)) {
				sources.addAll(parseList(Files.readString(list, StandardCharsets.UTF_8)));
			}
			Path parts = directory.resolve("sources.list.d");
			if (Files.isDirectory(parts)) {
				try (Stream<Path> files = Files.list(parts)) {
					for (Path file : files.sorted().filter(Files::isReadable).toList()) {
						if (file.toString().endsWith(".list")) {
							sources.addAll(parseList(Files.readString(file, StandardCharsets.UTF_8)));
						}
						else if (file.toString().endsWith(".sources")) {
							sources.addAll(parseDeb822(Files.readString(file, StandardCharsets.UTF_8)));
						}
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return sources;
	}

	/** Parses the format with a source on each line. */
	static List<AptSource> parseList(String text) {
		List<AptSource> sources = new ArrayList<>();
		for (String line : text.lines().toList()) {
			int comment = line.indexOf('#');
			Matcher matcher = ONE_LINE.matcher(((comment < 0) ? line : line.substring(0, comment)).strip());
			if (matcher.matches()) {
				sources.add(new AptSource(List.of(matcher.group(2)), List.of(matcher.group(3)), words(matcher.group(4)),
						options(matcher.group(1))));
			}
		}
		return sources;
	}

	private static Map<String, String> options(@Nullable String text) {
		Map<String, String> options = new LinkedHashMap<>();
		for (String option : words((text != null) ? text : "")) {
			String[] parts = option.split("[+-]?=", 2);
			if (parts.length == 2) {
				String name = parts[0].toLowerCase(Locale.ROOT);
				options.put(LONG_NAMES.getOrDefault(name, name), parts[1].replace(',', ' '));
			}
		}
		return options;
	}

	/** Parses the format with a stanza for each source. */
	static List<AptSource> parseDeb822(String text) {
		List<AptSource> sources = new ArrayList<>();
		Map<String, String> fields = new LinkedHashMap<>();
		String name = "";
		for (String line : (text + "\n\n").lines().toList()) {
			if (line.startsWith("#")) {
				continue;
			}
			if (line.isBlank()) {
				addSource(sources, fields);
				fields.clear();
			}
			else if (Character.isWhitespace(line.charAt(0))) {
				fields.merge(name, line, (value, more) -> value + "\n" + more);
			}
			else {
				String[] parts = line.split(":", 2);
				name = parts[0].strip().toLowerCase(Locale.ROOT);
				fields.put(name, (parts.length == 2) ? parts[1].strip() : "");
			}
		}
		return sources;
	}

	private static void addSource(List<AptSource> sources, Map<String, String> fields) {
		Map<String, String> options = new LinkedHashMap<>(fields);
		List<String> types = words(options.remove("types"));
		List<String> uris = words(options.remove("uris"));
		List<String> suites = words(options.remove("suites"));
		List<String> components = words(options.remove("components"));
		String enabled = options.remove("enabled");
		if (types.contains("deb") && !uris.isEmpty() && !suites.isEmpty() && (enabled == null
				|| !List.of("no", "false", "0", "off").contains(enabled.toLowerCase(Locale.ROOT)))) {
			options.keySet().removeIf((option) -> option.startsWith("x-") || option.equals("description"));
			sources.add(new AptSource(uris, suites, components, options));
		}
	}

	private static List<String> words(@Nullable String text) {
		return (text == null) ? List.of()
				: Arrays.stream(text.strip().split("\\s+")).filter((word) -> !word.isEmpty()).toList();
	}

}
