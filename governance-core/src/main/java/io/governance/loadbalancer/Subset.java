package io.governance.loadbalancer;

import java.util.Comparator;
import java.util.List;

/**
 * Chooses the same few instances for one caller again and again: those that score highest
 * when the names of caller and instance are hashed together (rendezvous hashing, Thaler
 * and Ravishankar 1996). An instance that comes or goes changes at most one member, and
 * callers need not know of each other; in return the number of callers of an instance
 * varies as chance has it. Immutable.
 *
 * @param client what distinguishes this caller from the others of its service
 * @param size the number of members, 0 for all
 */
record Subset(String client, int size) {

	/**
	 * The members among these.
	 * @param endpoints in any order
	 * @return the members in the same order
	 */
	List<Endpoint> of(List<Endpoint> endpoints) {
		if (this.size == 0 || endpoints.size() <= this.size) {
			return endpoints;
		}
		long caller = StableHash.of(this.client);
		record Scored(Endpoint endpoint, long score) {
		}
		List<Scored> scored = endpoints.stream()
			.map((endpoint) -> new Scored(endpoint, StableHash.mix(caller ^ endpoint.health().salt())))
			.toList();
		long last = scored.stream()
			.map(Scored::score)
			.sorted(Comparator.reverseOrder())
			.skip(this.size - 1L)
			.findFirst()
			.orElse(Long.MIN_VALUE);
		return scored.stream().filter((one) -> one.score() >= last).map(Scored::endpoint).limit(this.size).toList();
	}

}
