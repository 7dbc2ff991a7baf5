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

}
