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
	 * What calls that belong together have in common: those with the same number go to
	 * the same instance where the algorithm provides for that. Not spread evenly.
	 * @return a hash of the user, session or key; 0 if there is none
	 */
	default long affinity() {
		return 0;
	}

}
