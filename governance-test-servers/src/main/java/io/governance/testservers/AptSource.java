package io.governance.testservers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One source of Debian packages, as the machine is set up to use it.
 *
 * @param uris where it lies
 * @param suites its releases, such as {@code bookworm}
 * @param components its parts, such as {@code main}
 * @param options everything else, by the names of the deb822 format; lines after the
 * first keep their indentation
 */
record AptSource(List<String> uris, List<String> suites, List<String> components, Map<String, String> options) {

	AptSource {
		uris = List.copyOf(uris);
		suites = List.copyOf(suites);
		components = List.copyOf(components);
		options = Map.copyOf(options);
	}

	/** Whether it carries releases in whole, not updates to them. */
	boolean isMain() {
		return this.components.contains("main")
				&& this.suites.stream().anyMatch((suite) -> suite.chars().allMatch(Character::isLetterOrDigit));
	}

	AptSource withSuite(String suite) {
		return new AptSource(this.uris, List.of(suite), List.of("main"), this.options);
	}

	/** The source as a stanza of the deb822 format. */
	String toDeb822() {
		Map<String, String> fields = new LinkedHashMap<>();
		fields.put("Types", "deb");
		fields.put("URIs", String.join(" ", this.uris));
		fields.put("Suites", String.join(" ", this.suites));
		fields.put("Components", String.join(" ", this.components));
		fields.putAll(this.options);
		StringBuilder text = new StringBuilder();
		fields.forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
		return text.toString();
	}

}
