package io.governance.boot.configdata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.configdata.ConfigLayerProperties.Document;
import io.governance.boot.configdata.ConfigLayerProperties.Layout;
import io.governance.boot.configdata.ConfigLayerProperties.Position;
import io.governance.config.ConfigLayer;
import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

/**
 * The layers of an application, the lowest precedence first: {@code application},
 * {@code application-{profile}}, {@code {app}}, {@code {app}-{profile}}, or what another
 * library has in their place; and the further documents below or above them.
 */
final class ConfigLayers {

	private static final String DOCUMENTS = "governance.config.documents";

	/** Those that Spring Cloud Alibaba knows; {@code properties} is its default. */
	private static final List<String> FORMATS = List.of("yml", "yaml", "json", "properties");

	private final String namespace;

	private final String group;

	private final Map<DocumentId, ConfigLayer> own = new LinkedHashMap<>();

	private ConfigLayers(String namespace, String group) {
		this.namespace = namespace;
		this.group = group;
	}

	static List<ConfigLayer> of(String namespace, String group, String application, List<String> profiles,
			ConfigLayerProperties properties) {
		ConfigLayers layers = new ConfigLayers(namespace, group);
		switch (properties.layout()) {
			case NATIVE -> layers.addNative(application, profiles);
			case SPRING_CLOUD_ALIBABA -> layers.addAlibaba(application, profiles, format(properties, FORMATS));
			case SPRING_CLOUD_CONSUL ->
				layers.addConsul(application, profiles, format(properties, List.of("key-value", "yaml", "properties")));
		}
		return layers.with(properties.documents());
	}

	private static String format(ConfigLayerProperties properties, List<String> known) {
		String format = properties.layoutFormat();
		if (format == null) {
			return (properties.layout() == Layout.SPRING_CLOUD_CONSUL) ? "key-value" : "properties";
		}
		if (!known.contains(format.toLowerCase(Locale.ROOT))) {
			throw new InvalidSettingException("governance.config.layout-format",
					"there is no such format in this layout", "Set it to one of " + known, null);
		}
		return format.toLowerCase(Locale.ROOT);
	}

	private void addNative(String application, List<String> profiles) {
		for (String base : new LinkedHashSet<>(List.of("application", application))) {
			addFiles(base, List.of("yaml", "json", "properties"));
			profiles.forEach((profile) -> addFiles(base + "-" + profile, List.of("yaml", "json", "properties")));
		}
	}

	private void addAlibaba(String application, List<String> profiles, String format) {
		DocumentId bare = new DocumentId(this.namespace, this.group, application);
		this.own.put(bare, new ConfigLayer(bare, format, null, false));
		addFiles(application, FORMATS);
		profiles.forEach((profile) -> addFiles(application + "-" + profile, FORMATS));
	}

	private void addConsul(String application, List<String> profiles, String format) {
		String kind = format.equals("key-value") ? ".kv" : ".data";
		for (String base : new LinkedHashSet<>(List.of("application", application))) {
			Set<String> names = new LinkedHashSet<>();
			names.add(base);
			profiles.forEach((profile) -> names.add(base + ":" + profile));
			for (String name : names) {
				DocumentId id = new DocumentId(this.namespace, this.group, name + kind);
				this.own.put(id, new ConfigLayer(id, format.equals("yaml") ? "yaml" : "properties", null, false));
			}
		}
	}

	private void addFiles(String name, List<String> extensions) {
		for (String extension : extensions) {
			DocumentId id = new DocumentId(this.namespace, this.group, name + "." + extension);
			this.own.put(id, ConfigLayer.of(id));
		}
	}

	private List<ConfigLayer> with(List<Document> documents) {
		Map<DocumentId, ConfigLayer> below = new LinkedHashMap<>();
		Map<DocumentId, ConfigLayer> above = new LinkedHashMap<>();
		Set<DocumentId> named = new LinkedHashSet<>();
		for (int i = 0; i < documents.size(); i++) {
			Document document = documents.get(i);
			String property = DOCUMENTS + "[" + i + "]";
			ConfigLayer layer = layer(document, property);
			if (!named.add(layer.document())) {
				throw new InvalidSettingException(property + ".name",
						"the document " + layer.document() + " is named twice", "Name each document once", null);
			}
			if (document.position() == null && this.own.containsKey(layer.document())) {
				this.own.put(layer.document(), layer);
			}
			else {
				this.own.remove(layer.document());
				((document.position() == Position.ABOVE) ? above : below).put(layer.document(), layer);
			}
		}
		List<ConfigLayer> all = new ArrayList<>(below.values());
		all.addAll(this.own.values());
		all.addAll(above.values());
		return all;
	}

	private ConfigLayer layer(Document document, String property) {
		String name = document.name();
		if (name == null) {
			throw new InvalidSettingException(property + ".name", "is missing", "Name the document", null);
		}
		try {
			String group = document.group();
			String namespace = document.namespace();
			DocumentId id = new DocumentId((namespace != null) ? namespace : this.namespace,
					(group != null) ? group : this.group, name);
			String format = format(document, this.own.get(id));
			ConfigLayer layer = new ConfigLayer(id, (format != null) ? format : id.extension(), document.key(),
					!document.optional());
			if (layer.key() == null && !FORMATS.contains(layer.format())) {
				throw new InvalidSettingException(property + ".format",
						"the format of " + id + " is not known: '" + layer.format() + "'",
						"Set it to one of " + FORMATS + ", or to text or binary together with a key", null);
			}
			return layer;
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException(property, String.valueOf(ex.getMessage()), "Mend it there", ex);
		}
	}

	private static @Nullable String format(Document document, @Nullable ConfigLayer known) {
		String format = document.format();
		if (format != null) {
			return format.toLowerCase(Locale.ROOT);
		}
		if (document.key() != null) {
			return ConfigLayer.TEXT;
		}
		return (known != null) ? known.format() : null;
	}

}
