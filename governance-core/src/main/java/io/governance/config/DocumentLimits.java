package io.governance.config;

/**
 * How large a document may be before it is refused, so that one bad document cannot
 * exhaust a process.
 *
 * @param maxBytes the size in bytes
 * @param maxKeys the number of flat keys that it may have
 * @param maxDepth how deep it may be nested
 */
public record DocumentLimits(int maxBytes, int maxKeys, int maxDepth) {

	/**
	 * 2 MiB, 100,000 keys, 50 levels: above what Consul and etcd take, far below what
	 * hurts.
	 */
	public static final DocumentLimits DEFAULT = new DocumentLimits(2 * 1024 * 1024, 100_000, 50);

	/**
	 * Creates limits.
	 * @throws IllegalArgumentException if one is not positive
	 */
	public DocumentLimits {
		if (maxBytes < 1 || maxKeys < 1 || maxDepth < 1) {
			throw new IllegalArgumentException("Limits of documents must be positive");
		}
	}

	void checkSize(ConfigDocument document) {
		if (document.size() > this.maxBytes) {
			throw InvalidConfigException.in(document.id(), "has " + document.size() + " bytes, and " + this.maxBytes
					+ " are allowed: split it into several documents");
		}
	}

}
