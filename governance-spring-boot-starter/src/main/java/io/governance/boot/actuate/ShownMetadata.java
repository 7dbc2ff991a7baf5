package io.governance.boot.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.core.env.MapPropertySource;

/**
 * What endpoints show of the metadata of instances: what looks like a secret is masked,
 * as other endpoints do, and what the functions of the application mask.
 */
final class ShownMetadata {

	private static final MapPropertySource SOURCE = new MapPropertySource("instance", Map.of());

	private final Sanitizer sanitizer;

	ShownMetadata(Stream<SanitizingFunction> functions) {
		List<SanitizingFunction> all = new ArrayList<>(functions.toList());
		all.add(SanitizingFunction.sanitizeValue().ifLikelySensitive());
		this.sanitizer = new Sanitizer(all);
	}

	Map<String, @Nullable Object> of(Map<String, String> metadata) {
		Map<String, @Nullable Object> shown = new TreeMap<>();
		metadata.forEach(
				(key, value) -> shown.put(key, this.sanitizer.sanitize(new SanitizableData(SOURCE, key, value), true)));
		return shown;
	}

}
