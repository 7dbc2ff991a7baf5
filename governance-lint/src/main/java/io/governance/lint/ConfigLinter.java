package io.governance.lint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import io.governance.config.ConfigDocument;
import io.governance.config.ConfigFormats;
import io.governance.config.ConfigOrigin;
import io.governance.config.ConfigValue;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.config.RemotePolicy;
import io.governance.config.Revision;
import io.governance.internal.Spelling;
import io.governance.lint.LintFinding.Severity;
import io.governance.operations.DocumentChecks;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.configurationmetadata.ConfigurationMetadataProperty;
import org.springframework.boot.configurationmetadata.Deprecation;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;

/**
 * Checks documents: whether they parse, and whether an application knows their keys and
 * can read their values. Immutable and thread-safe.
 */
public final class ConfigLinter {

	/** Where a part of a document says when it holds. */
	private static final String ACTIVATE = "spring.config.activate";

	private static final RemotePolicy POLICY = new RemotePolicy(RemotePolicy.NOT_REMOTE, List.of(ACTIVATE), false);

	private final DocumentChecks checks;

	private final ConfigFormats formats;

	private final @Nullable ApplicationMetadata metadata;

	private final @Nullable ValueTypes types;

	private final List<ConfigurationPropertyName> allowed;

	/**
	 * Creates a linter.
	 * @param checks what a document must be in any case
	 * @param formats the formats that are known
	 * @param metadata what properties the application has, or {@code null} to check no
	 * keys
	 * @param allowedPrefixes what may begin keys that the metadata do not know
	 */
	public ConfigLinter(DocumentChecks checks, ConfigFormats formats, @Nullable ApplicationMetadata metadata,
			Collection<String> allowedPrefixes) {
		this.checks = checks;
		this.formats = formats;
		this.metadata = metadata;
		this.types = (metadata != null) ? new ValueTypes(metadata) : null;
		this.allowed = Stream.concat(Stream.of(ACTIVATE), allowedPrefixes.stream())
			.map((prefix) -> ConfigurationPropertyName.adapt(prefix, '.'))
			.toList();
	}

	/**
	 * Creates a linter with the standard formats and checks.
	 * @param metadata what properties the application has, or {@code null} to check no
	 * keys
	 * @param allowedPrefixes what may begin keys that the metadata do not know
	 * @return the linter
	 */
	public static ConfigLinter of(@Nullable ApplicationMetadata metadata, Collection<String> allowedPrefixes) {
		return of(metadata, allowedPrefixes, DocumentChecks.GRAY_DOCUMENT);
	}

	/**
	 * Creates a linter with the standard formats and checks.
	 * @param metadata what properties the application has, or {@code null} to check no
	 * keys
	 * @param allowedPrefixes what may begin keys that the metadata do not know
	 * @param grayDocument the name of the document that holds gray rules
	 * @return the linter
	 */
	public static ConfigLinter of(@Nullable ApplicationMetadata metadata, Collection<String> allowedPrefixes,
			String grayDocument) {
		return new ConfigLinter(DocumentChecks.standard(grayDocument), ConfigFormats.standard(), metadata,
				allowedPrefixes);
	}

	/**
	 * Checks a document.
	 * @param label what the document is called in findings, such as the path of its file
	 * @param id the document's name
	 * @param content its content
	 * @return what was found, in the order of the document
	 */
	public List<LintFinding> lint(String label, DocumentId id, byte[] content) {
		try {
			this.checks.check(id, content);
			if (this.checks.isGrayDocument(id) || !this.checks.isChecked(id)) {
				return List.of();
			}
			Run run = new Run(label);
			this.formats.parts(ConfigDocument.of(id, content, Revision.ABSENT)).forEach(run::keys);
			return List.copyOf(run.findings);
		}
		catch (InvalidConfigException ex) {
			ConfigOrigin origin = (ex.origin() != null) ? ex.origin() : ConfigOrigin.of(id);
			return List.of(new LintFinding(Severity.ERROR, label, origin.line(), origin.column(), ex.key(), null,
					ex.reason(), null));
		}
	}

	/** The check of one document. */
	private final class Run {

		private final String label;

		private final List<LintFinding> findings = new ArrayList<>();

		Run(String label) {
			this.label = label;
		}

		void keys(Map<String, ConfigValue> values) {
			Map<ConfigurationPropertyName, ConfigValue> spellings = new HashMap<>();
			values.forEach((key, value) -> {
				ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
				ConfigValue earlier = spellings.putIfAbsent(name, value);
				if (earlier != null) {
					add(Severity.ERROR, key, value, name.toString(),
							"is another spelling of the key in line " + earlier.origin().line(), "keep one of them");
				}
				policy(key, name, value);
				key(key, name, value);
			});
		}

		/** What is not taken from remote config, unless the application allows it. */
		private void policy(String key, ConfigurationPropertyName name, ConfigValue value) {
			if (POLICY.ignores(key) && !isAllowed(name)) {
				add(Severity.WARNING, key, value, null, "is ignored in remote config",
						"set it where the application is started, or name it in governance.config.allowed-keys");
			}
			if (value.value() instanceof String text && text.contains("#{")) {
				add(Severity.WARNING, key, value, null, "holds an expression '#{'",
						"remote config is refused with it, unless governance.config.allow-expressions is true");
			}
		}

		private void key(String key, ConfigurationPropertyName name, ConfigValue value) {
			ApplicationMetadata metadata = ConfigLinter.this.metadata;
			ValueTypes types = ConfigLinter.this.types;
			if (metadata == null || types == null || name.isEmpty()) {
				return;
			}
			PropertyNode node = metadata.root();
			@Nullable ConfigurationMetadataProperty open = null;
			int elements = name.getNumberOfElements();
			for (int i = 0; i < elements; i++) {
				PropertyNode child = node.child(name.getElement(i, Form.UNIFORM));
				if (child == null) {
					below(key, name, i, value, node, open);
					return;
				}
				node = child;
				if (node.property() != null && i < elements - 1 && isOpen(node.property(), types)) {
					open = node.property();
				}
			}
			if (node.property() != null) {
				deprecation(key, value, node.property());
				type(key, value, node.property(), typeOf(node.property()));
			}
			else if (open == null && !isAllowed(name) && !String.valueOf(value.value()).isEmpty()) {
				add(Severity.ERROR, key, value, null, "has a value, but is only what other properties begin with",
						null);
			}
		}

		/** A key of which a part is not known. */
		private void below(String key, ConfigurationPropertyName name, int unknown, ConfigValue value,
				PropertyNode parent, @Nullable ConfigurationMetadataProperty open) {
			ConfigurationMetadataProperty owner = (parent.property() != null && unknown > 0) ? parent.property() : open;
			if (owner != null && isOpen(owner, typesOrFail())) {
				deprecation(key, value, owner);
				element(key, name, unknown, value, owner);
				return;
			}
			if (isAllowed(name)) {
				return;
			}
			String word = name.getElement(unknown, Form.DASHED);
			if (unknown == 0) {
				List<String> roots = parent.children().stream().map(PropertyNode::name).toList();
				String fix = Spelling.closest(word, roots)
					.map((root) -> "did you mean '" + replaced(name, 0, root) + "'?")
					.orElse("if something else reads it, allow its prefix");
				add(Severity.WARNING, key, value, null, "begins with a prefix that no metadata know", fix);
				return;
			}
			if (owner != null) {
				add(Severity.ERROR, key, value, owner.getId(),
						"stands below '" + owner.getId() + "', which is a single value", null);
				return;
			}
			List<String> siblings = parent.children().stream().map(PropertyNode::name).toList();
			String fix = Spelling.closest(word, siblings)
				.map((sibling) -> "did you mean '" + replaced(name, unknown, sibling) + "'?")
				.orElse((siblings.size() <= 12)
						? "known below '" + name.chop(unknown) + "': " + String.join(", ", siblings) : null);
			add(Severity.ERROR, key, value, null, "is not a property of this application", fix);
		}

		private ValueTypes typesOrFail() {
			return Objects.requireNonNull(ConfigLinter.this.types);
		}

		private void element(String key, ConfigurationPropertyName name, int first, ConfigValue value,
				ConfigurationMetadataProperty owner) {
			TypeName type = typeOf(owner);
			boolean direct = ConfigurationPropertyName.adapt(owner.getId(), '.').getNumberOfElements() == first;
			boolean single = first == name.getNumberOfElements() - 1;
			if (direct && type.isCollection() && single && name.isNumericIndex(first)) {
				type(key, value, owner, type.content());
			}
			else if (direct && type.isMap() && (single || typesOrFail().isScalar(type.content()))) {
				type(key, value, owner, type.content());
			}
		}

		private void type(String key, ConfigValue value, ConfigurationMetadataProperty property, TypeName type) {
			Optional<String> wanted = typesOrFail().wanted(type, value.value());
			wanted.ifPresent((text) -> add(Severity.ERROR, key, value, property.getId(),
					"has a value that cannot be used", "it must be " + text));
		}

		private void deprecation(String key, ConfigValue value, ConfigurationMetadataProperty property) {
			if (!property.isDeprecated()) {
				return;
			}
			Deprecation deprecation = property.getDeprecation();
			boolean gone = deprecation != null && deprecation.getLevel() == Deprecation.Level.ERROR;
			String fix = null;
			if (deprecation != null && deprecation.getReplacement() != null) {
				fix = "use '" + deprecation.getReplacement() + "'";
			}
			else if (deprecation != null && deprecation.getShortReason() != null) {
				fix = deprecation.getShortReason();
			}
			add(gone ? Severity.ERROR : Severity.WARNING, key, value, property.getId(),
					gone ? "is no longer supported" : "is deprecated", fix);
		}

		private boolean isAllowed(ConfigurationPropertyName name) {
			return ConfigLinter.this.allowed.stream()
				.anyMatch((prefix) -> prefix.equals(name) || prefix.isAncestorOf(name));
		}

		private void add(Severity severity, String key, ConfigValue value, @Nullable String property, String reason,
				@Nullable String fix) {
			this.findings.add(new LintFinding(severity, this.label, value.origin().line(), value.origin().column(), key,
					property, reason, fix));
		}

	}

	private static TypeName typeOf(ConfigurationMetadataProperty property) {
		return TypeName.of((property.getType() != null) ? property.getType() : "java.lang.Object");
	}

	private static boolean isOpen(ConfigurationMetadataProperty property, ValueTypes types) {
		TypeName type = typeOf(property);
		return type.isMap() || type.isCollection() || !types.isScalar(type);
	}

	private static String replaced(ConfigurationPropertyName name, int index, String word) {
		StringBuilder replaced = new StringBuilder();
		for (int i = 0; i < name.getNumberOfElements(); i++) {
			String element = (i == index) ? word : name.getElement(i, Form.ORIGINAL);
			if (name.chop(i + 1).isLastElementIndexed()) {
				replaced.append('[').append(element).append(']');
			}
			else {
				replaced.append((i > 0) ? "." : "").append(element);
			}
		}
		return replaced.toString();
	}

}
