package io.governance.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.governance.internal.YamlNodes;
import io.governance.internal.YamlProblem;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * YAML 1.1 as Spring Boot reads it from {@code application.yaml}, but for untrusted text.
 */
final class YamlConfigFormat implements ConfigFormat {

	private static final String ON_PROFILE = "spring.config.activate.on-profile";

	private final DocumentLimits limits;

	YamlConfigFormat(DocumentLimits limits) {
		this.limits = limits;
	}

	@Override
	public Set<String> extensions() {
		return Set.of("yaml", "yml");
	}

	@Override
	public Map<String, ConfigValue> parse(ConfigDocument document) {
		this.limits.checkSize(document);
		Walk walk = new Walk(document.id());
		try {
			for (Node root : walk.nodes.compose(document.text())) {
				if (!(root instanceof MappingNode mapping)) {
					throw YamlNodes.problem(root, "is not a mapping of keys to values");
				}
				walk.mapping("", mapping, 1);
			}
		}
		catch (YamlProblem ex) {
			throw new InvalidConfigException(new ConfigOrigin(document.id(), ex.line(), ex.column()), null, ex.reason(),
					null);
		}
		return walk.values;
	}

	private final class Walk {

		private final YamlNodes nodes = new YamlNodes(YamlConfigFormat.this.limits.maxBytes(),
				YamlConfigFormat.this.limits.maxDepth());

		private final Map<String, ConfigValue> values = new LinkedHashMap<>();

		private final DocumentId document;

		private int visited;

		Walk(DocumentId document) {
			this.document = document;
		}

		void mapping(String path, MappingNode mapping, int depth) {
			this.nodes.resolve(mapping);
			for (NodeTuple tuple : mapping.getValue()) {
				if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
					throw YamlNodes.problem(tuple.getKeyNode(), "has a key that is not plain text");
				}
				String name = key.getValue();
				String child = path.isEmpty() ? name : (name.startsWith("[") ? path + name : path + "." + name);
				node(child, tuple.getValueNode(), depth);
			}
		}

		private void node(String path, Node node, int depth) {
			if (++this.visited > YamlConfigFormat.this.limits.maxKeys()) {
				throw YamlNodes.problem(node,
						"is more than the " + YamlConfigFormat.this.limits.maxKeys() + " keys that are allowed");
			}
			if (depth > YamlConfigFormat.this.limits.maxDepth()) {
				throw YamlNodes.problem(node, "is nested deeper than the " + YamlConfigFormat.this.limits.maxDepth()
						+ " levels that are allowed");
			}
			if (node instanceof MappingNode mapping) {
				mapping(path, mapping, depth + 1);
			}
			else if (node instanceof SequenceNode sequence) {
				int index = 0;
				for (Node element : sequence.getValue()) {
					node(path + "[" + index++ + "]", element, depth + 1);
				}
				if (index == 0) {
					put(path, "", node);
				}
			}
			else {
				Object value = this.nodes.value((ScalarNode) node);
				put(path, (value != null) ? value : "", node);
			}
		}

		private void put(String path, Object value, Node node) {
			if (path.equals(ON_PROFILE)) {
				throw YamlNodes.problem(node, "is '" + ON_PROFILE
						+ "', which remote documents cannot have: name the document {name}-{profile}.yaml instead");
			}
			this.values.put(path, new ConfigValue(value,
					new ConfigOrigin(this.document, YamlNodes.line(node), YamlNodes.column(node))));
		}

	}

}
