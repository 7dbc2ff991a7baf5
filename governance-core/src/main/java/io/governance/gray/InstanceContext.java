package io.governance.gray;

import org.jspecify.annotations.Nullable;

/**
 * What is known of an instance when the variants of its config are chosen. Its id stands
 * for the user, so that a percentage of instances is told by the same hash as a
 * percentage of users.
 *
 * @param id the id of the instance
 * @param host its host name or IP address
 * @param zone its zone; empty for none
 * @param lane its lane
 */
public record InstanceContext(String id, String host, String zone, String lane) implements GrayContext {

	@Override
	public @Nullable String userId() {
		return this.id;
	}

}
