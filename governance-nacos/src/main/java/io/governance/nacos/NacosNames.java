package io.governance.nacos;

import io.governance.config.DocumentId;

/**
 * What Governance's names are on Nacos: {@code default} is {@code public} among
 * namespaces and {@code DEFAULT_GROUP} among groups, everything else is itself.
 */
final class NacosNames {

	private static final String PUBLIC = "public";

	private static final String DEFAULT_GROUP = "DEFAULT_GROUP";

	private NacosNames() {
	}

	static String namespace(String namespace) {
		return DocumentId.DEFAULT.equals(namespace) ? PUBLIC : namespace;
	}

	/** Whether it is the one that is there before anybody makes one. */
	static boolean isPublic(String namespace) {
		return PUBLIC.equals(namespace(namespace));
	}

	static String group(String group) {
		return DocumentId.DEFAULT.equals(group) ? DEFAULT_GROUP : group;
	}

	/** What a group of Nacos is called here. */
	static String ownGroup(String nacosGroup) {
		return DEFAULT_GROUP.equals(nacosGroup) ? DocumentId.DEFAULT : nacosGroup;
	}

}
