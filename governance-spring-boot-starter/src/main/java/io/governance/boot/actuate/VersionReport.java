package io.governance.boot.actuate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.governance.config.ConfigDocument;
import io.governance.config.ConfigFormats;
import io.governance.config.ConfigLayer;
import io.governance.config.ConfigValue;
import org.jspecify.annotations.Nullable;

/**
 * Shows versions of documents, key by key, so that each value can be masked.
 */
final class VersionReport {

	private final ConfigFormats formats;

	private final ShownValues values;

	VersionReport(ConfigFormats formats, ShownValues values) {
		this.formats = formats;
		this.values = values;
	}

	/**
	 * The content of a version.
	 * @throws io.governance.config.InvalidConfigException if it does not parse
	 */
	Content content(ConfigLayer layer, ConfigDocument document, boolean show) {
		List<Map<String, Value>> parts = new ArrayList<>();
		for (Map<String, ConfigValue> part : this.formats.parts(layer, document)) {
			Map<String, Value> keys = new LinkedHashMap<>();
			part.forEach((key, value) -> keys.put(key, new Value(this.values.of(key, value, show),
					(value.origin().line() > 0) ? value.origin().line() : null)));
			parts.add(keys);
		}
		return new Content(document.revision().value(), document.digest(), document.size(), parts);
	}

	/**
	 * What differs between two versions.
	 * @throws io.governance.config.InvalidConfigException if one of them does not parse
	 */
	Diff diff(ConfigLayer layer, ConfigDocument from, ConfigDocument to, boolean show) {
		List<Map<String, ConfigValue>> before = this.formats.parts(layer, from);
		List<Map<String, ConfigValue>> after = this.formats.parts(layer, to);
		List<Change> changes = new ArrayList<>();
		for (int part = 0; part < Math.max(before.size(), after.size()); part++) {
			Map<String, ConfigValue> was = (part < before.size()) ? before.get(part) : Map.of();
			Map<String, ConfigValue> is = (part < after.size()) ? after.get(part) : Map.of();
			Set<String> keys = new LinkedHashSet<>(was.keySet());
			keys.addAll(is.keySet());
			for (String key : keys) {
				Change change = change(part + 1, key, was.get(key), is.get(key), show);
				if (change != null) {
					changes.add(change);
				}
			}
		}
		return new Diff(from.revision().value(), to.revision().value(), changes);
	}

	private @Nullable Change change(int part, String key, @Nullable ConfigValue was, @Nullable ConfigValue is,
			boolean show) {
		if (was != null && is != null && Objects.equals(was.value(), is.value())) {
			return null;
		}
		String kind = (was == null) ? "added" : (is == null) ? "removed" : "changed";
		return new Change(part, key, kind, (was != null) ? this.values.of(key, was, show) : null,
				(is != null) ? this.values.of(key, is, show) : null);
	}

	/**
	 * The content of a version.
	 *
	 * @param revision its revision
	 * @param digest the SHA-256 of its content
	 * @param size how many bytes it has
	 * @param parts its keys, part by part
	 */
	record Content(String revision, String digest, int size, List<Map<String, Value>> parts) {
	}

	/**
	 * A value.
	 *
	 * @param value the value, masked unless it may be shown
	 * @param line the line that it stands in, counted from 1
	 */
	record Value(@Nullable Object value, @Nullable Integer line) {
	}

	/**
	 * What differs between two versions.
	 *
	 * @param from the revision of the older one
	 * @param to the revision of the newer one
	 * @param changes the keys that differ
	 */
	record Diff(String from, String to, List<Change> changes) {
	}

	/**
	 * A key that differs.
	 *
	 * @param part the part of the document, counted from 1
	 * @param key the key
	 * @param change {@code added}, {@code removed} or {@code changed}
	 * @param before the old value, masked unless it may be shown
	 * @param after the new value, masked unless it may be shown
	 */
	record Change(int part, String key, String change, @Nullable Object before, @Nullable Object after) {
	}

}
