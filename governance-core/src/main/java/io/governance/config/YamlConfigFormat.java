package io.governance.config;

import java.util.ArrayList;
import java.util.List;
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
 * Several YAML documents in one text are layers, the last one the highest.
 */
final class YamlConfigFormat implements ConfigFormat {

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
		return LayeredKeys.merge(parts(document));
	}

	@Override
	public List<Map<String, ConfigValue>> parts(ConfigDocument document) {
		this.limits.checkSize(document);
		Walk walk = new Walk(document.id());
		List<Map<String, ConfigValue>> parts = new ArrayList<>();
		try {
			for (Node root : walk.nodes.compose(document.text())) {
				if (!(root instanceof MappingNode mapping)) {
					throw YamlNodes.problem(root, "is not a mapping of keys to values");
				}
				walk.mapping("", mapping, 1);
				parts.add(walk.keys.take());
			}
		}
		catch (YamlProblem ex) {
			throw new InvalidConfigException(new ConfigOrigin(document.id(), ex.line(), ex.column()), null, ex.reason(),
					null);
		}
		return parts;
	}

	private final class Walk {

		/* Any number of aliases, as in Spring Boot: what they stand for is counted. */
		private final YamlNodes nodes = new YamlNodes(YamlConfigFormat.this.limits.maxBytes(),
				YamlConfigFormat.this.limits.maxDepth(), Integer.MAX_VALUE);

		private final FlatKeys keys = new FlatKeys(YamlConfigFormat.this.limits);

		private final DocumentId document;

		Walk(DocumentId document) {
			this.document = document;
		}

		void mapping(String path, MappingNode mapping, int depth) {
			this.nodes.resolve(mapping);
			for (NodeTuple tuple : mapping.getValue()) {
				String name = ((ScalarNode) tuple.getKeyNode()).getValue();
				node(FlatKeys.child(path, name), tuple.getValueNode(), depth);
			}
		}

		private void node(String path, Node node, int depth) {
			ConfigOrigin origin = new ConfigOrigin(this.document, YamlNodes.line(node), YamlNodes.column(node));
			this.keys.visit(path, depth, origin);
			if (node instanceof MappingNode mapping) {
				mapping(path, mapping, depth + 1);
				if (mapping.getValue().isEmpty()) {
					this.keys.put(path, "", origin);
				}
			}
			else if (node instanceof SequenceNode sequence) {
				int index = 0;
				for (Node element : sequence.getValue()) {
					node(path + "[" + index++ + "]", element, depth + 1);
				}
				if (index == 0) {
					this.keys.put(path, "", origin);
				}
			}
			else {
				Object value = this.nodes.value((ScalarNode) node);
				this.keys.put(path, (value != null) ? value : "", origin);
			}
		}

	}

}
