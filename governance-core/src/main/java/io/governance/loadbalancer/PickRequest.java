package io.governance.loadbalancer;

/**
 * What is known of a call that an endpoint is picked for. A picker asks for what it needs
 * and does with what there is.
 */
public interface PickRequest {

	/** A call of which nothing is known: what every ordinary pick uses. */
	PickRequest ANY = new PickRequest() {

		@Override
		public String toString() {
			return "any";
		}

	};

	/**
	 * A call that belongs to others of the same key, such as a user or a session.
	 * @param key the key
	 * @return a request whose affinity is a hash of the key, the same in every process
	 */
	static PickRequest withKey(CharSequence key) {
		long hash = StableHash.of(key);
		return withAffinity((hash != 0) ? hash : 1);
	}

	/**
	 * A call that belongs to others of the same number.
	 * @param affinity the number; 0 for a call that belongs to no others
	 * @return the request
	 */
	static PickRequest withAffinity(long affinity) {
		return new PickRequest() {

			@Override
			public long affinity() {
				return affinity;
			}

			@Override
			public String toString() {
				return (affinity != 0) ? "with affinity" : "any";
			}

		};
	}

	/**
	 * What calls that belong together have in common: those with the same number go to
	 * the same instance where the algorithm provides for that. Not spread evenly.
	 * @return a hash of the user, session or key; 0 if there is none
	 */
	default long affinity() {
		return 0;
	}

}
