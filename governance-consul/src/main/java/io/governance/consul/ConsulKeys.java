package io.governance.consul;

import java.util.Optional;

import io.governance.config.DocumentId;

/**
 * Where things lie in the key-value store.
 *
 * @param root what all keys begin with
 */
record ConsulKeys(String root) {

	String document(DocumentId id) {
		return group(id.namespace(), id.group()) + id.name();
	}

	String namespace(String namespace) {
		return this.root + "/config/" + namespace + "/";
	}

	String group(String namespace, String group) {
		return namespace(namespace) + group + "/";
	}

	/** The document below the prefix of its group, if it is one. */
	Optional<DocumentId> documentOf(String namespace, String group, String key) {
		try {
			return Optional.of(new DocumentId(namespace, group, key.substring(group(namespace, group).length())));
		}
		catch (IllegalArgumentException ex) {
			// Something else that lies there, such as a folder.
			return Optional.empty();
		}
	}

	/** The document below the prefix of its namespace, if it is one. */
	Optional<DocumentId> documentBelow(String namespace, String key) {
		String[] parts = key.substring(namespace(namespace).length()).split("/", 2);
		return (parts.length < 2) ? Optional.empty() : documentOf(namespace, parts[0], key);
	}

	String blobs(DocumentId id) {
		return history(id) + "blobs/";
	}

	String entries(DocumentId id) {
		return history(id) + "entries/";
	}

	private String history(DocumentId id) {
		return this.root + "/history/" + id.namespace() + "/" + id.group() + "/" + id.name() + "/";
	}

	String lock(String namespace, String name) {
		return this.root + "/locks/" + namespace + "/" + name;
	}

}
