package io.governance.boot.configdata;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.governance.config.DocumentId;

/**
 * The documents of an application, the lowest precedence first: {@code application},
 * {@code application-{profile}}, {@code {app}}, {@code {app}-{profile}}, each as YAML,
 * JSON and properties.
 */
final class ConfigLayers {

	private static final List<String> EXTENSIONS = List.of("yaml", "json", "properties");

	private ConfigLayers() {
	}

	static List<DocumentId> of(String namespace, String group, String application, List<String> profiles) {
		Set<String> names = new LinkedHashSet<>();
		for (String base : List.of("application", application)) {
			names.add(base);
			profiles.forEach((profile) -> names.add(base + "-" + profile));
		}
		List<DocumentId> layers = new ArrayList<>();
		for (String name : names) {
			EXTENSIONS.forEach((extension) -> layers.add(new DocumentId(namespace, group, name + "." + extension)));
		}
		return layers;
	}

}
