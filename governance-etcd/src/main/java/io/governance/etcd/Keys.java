package io.governance.etcd;

import io.governance.config.DocumentId;

/**
 * Where things lie below the root.
 */
final class Keys {

	private final String root;

	Keys(String root) {
		this.root = root + "/";
	}

	String documents(String namespace) {
		return this.root + "config/" + namespace + "/";
	}

	String documents(String namespace, String group) {
		return documents(namespace) + group + "/";
	}

	String document(DocumentId id) {
		return documents(id.namespace(), id.group()) + id.name();
	}

	String blob(DocumentId id, String digest) {
		return blobs(id) + digest;
	}

	String blobs(DocumentId id) {
		return history(id) + "blobs/";
	}

	String entries(DocumentId id) {
		return history(id) + "entries/";
	}

	private String history(DocumentId id) {
		return this.root + "history/" + id.namespace() + "/" + id.group() + "/" + id.name() + "/";
	}

	String services(String namespace) {
		return this.root + "services/" + namespace + "/";
	}

	String service(String namespace, String service) {
		return services(namespace) + service + "/";
	}

	String lock(String namespace, String name) {
		return this.root + "locks/" + namespace + "/" + name;
	}

}
