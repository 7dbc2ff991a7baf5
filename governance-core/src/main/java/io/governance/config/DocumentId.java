package io.governance.config;

import java.util.regex.Pattern;

import io.governance.Printable;
import io.governance.internal.VariantNames;

/**
 * Names a document: {@code namespace} isolates environments, {@code group} sets of
 * documents, {@code name} is the file name with its extension.
 * <p>
 * Names hold letters, digits, {@code -}, {@code _}, {@code :} and {@code .}, a namespace
 * neither {@code :} nor {@code .}, and start with a letter, a digit or {@code _}: the set
 * that every backend accepts as it is (Nacos is the strictest), which also rules out
 * paths such as {@code ../}. A namespace and a group have at most 64 characters, a name
 * at most 200.
 *
 * @param namespace the environment; {@value #DEFAULT} if none was chosen
 * @param group the set of documents; {@value #DEFAULT} if none was chosen
 * @param name the name with its extension, such as {@code orders.yaml}
 */
public record DocumentId(String namespace, String group, String name) implements Comparable<DocumentId> {

	/** The namespace and the group of whoever chooses none. */
	public static final String DEFAULT = "default";

	static final int MAX_NAME = 200;

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]*");

	private static final Pattern NAMESPACE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_-]*");

	/**
	 * Creates an id.
	 * @throws IllegalArgumentException if one of the names is empty, too long or holds a
	 * character that is not allowed
	 */
	public DocumentId {
		check("namespace", namespace, NAMESPACE, 64, "'-' or '_'");
		check("group", group, NAME, 64, "'-', '_', ':' or '.'");
		check("document name", name, NAME, MAX_NAME, "'-', '_', ':' or '.'");
	}

	private static void check(String what, String value, Pattern pattern, int maxLength, String others) {
		if (value.length() > maxLength || !pattern.matcher(value).matches()) {
			throw new IllegalArgumentException("'" + printable(value) + "' is not a valid " + what + ": use 1 to "
					+ maxLength + " letters, digits, " + others + ", beginning with a letter, a digit or '_'");
		}
	}

	private static String printable(String value) {
		return Printable.of(value, 80);
	}

	/**
	 * The part of the name after the last dot, or an empty string.
	 * @return the extension without its dot
	 */
	public String extension() {
		int dot = this.name.lastIndexOf('.');
		return (dot < 0) ? "" : this.name.substring(dot + 1);
	}

	/**
	 * The name of a variant of this document: of {@code orders.yaml} the variant
	 * {@code gray} is {@code orders.gray.yaml}.
	 * @param variant the name of the variant, as {@link #isVariantName} allows it
	 * @return the document of the variant
	 * @throws IllegalArgumentException if no variant can have that name, or if the name
	 * becomes too long
	 */
	public DocumentId variant(String variant) {
		if (!isVariantName(variant)) {
			throw new IllegalArgumentException("'" + printable(variant) + "' is not a valid name of a variant: use 1 to"
					+ " 64 letters, digits, '-', '_' or '.', beginning with a letter, a digit or '_'");
		}
		int dot = this.name.lastIndexOf('.');
		int stem = (dot < 0) ? this.name.length() : dot;
		return new DocumentId(this.namespace, this.group,
				this.name.substring(0, stem) + "." + variant + this.name.substring(stem));
	}

	/**
	 * Whether a document may have a variant of that name.
	 * @param name the name
	 * @return {@code true} for 1 to 64 letters, digits, {@code -}, {@code _} and
	 * {@code .}, beginning with a letter, a digit or {@code _}
	 */
	public static boolean isVariantName(String name) {
		return VariantNames.isValid(name);
	}

	@Override
	public int compareTo(DocumentId other) {
		int result = this.namespace.compareTo(other.namespace);
		result = (result != 0) ? result : this.group.compareTo(other.group);
		return (result != 0) ? result : this.name.compareTo(other.name);
	}

	/**
	 * The id as people read it.
	 * @return {@code namespace/group/name}
	 */
	@Override
	public String toString() {
		return this.namespace + "/" + this.group + "/" + this.name;
	}

}
