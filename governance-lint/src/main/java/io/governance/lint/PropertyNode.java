package io.governance.lint;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * One part of the names of properties, with what stands below it. Parts are found however
 * they are spelled.
 */
final class PropertyNode {

	private final String name;

	private final Map<String, PropertyNode> children = new TreeMap<>();

	private @Nullable ConfigurationMetadataProperty property;

	private PropertyNode(String name) {
		this.name = name;
	}

	static PropertyNode root() {
		return new PropertyNode("");
	}

	PropertyNode descend(String name) {
		ConfigurationPropertyName parts = ConfigurationPropertyName.adapt(name, '.');
		PropertyNode node = this;
		for (int i = 0; i < parts.getNumberOfElements(); i++) {
			String dashed = parts.getElement(i, Form.DASHED);
			node = node.children.computeIfAbsent(parts.getElement(i, Form.UNIFORM), (key) -> new PropertyNode(dashed));
		}
		return node;
	}

	void add(ConfigurationMetadataProperty property) {
		PropertyNode node = descend(property.getId());
		ConfigurationMetadataProperty known = node.property;
		// What one jar has removed another may still have.
		if (known == null || known.isDeprecated()) {
			node.property = property;
		}
	}

	/** The part as metadata spell it. */
	String name() {
		return this.name;
	}

	@Nullable PropertyNode child(String uniform) {
		return this.children.get(uniform);
	}

	Collection<PropertyNode> children() {
		return this.children.values();
	}

	@Nullable ConfigurationMetadataProperty property() {
		return this.property;
	}

}
