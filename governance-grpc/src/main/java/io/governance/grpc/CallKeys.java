package io.governance.grpc;

import io.grpc.CallOptions;

/**
 * What the options of a call hold of ours.
 */
final class CallKeys {

	/** The service that the channel calls; set for channels of ours alone. */
	static final CallOptions.Key<String> SERVICE = CallOptions.Key.createWithDefault("io.governance.grpc.service", "");

	/** Where the call may go. One for all that picks ask for: each costs them a look. */
	static final CallOptions.Key<CallRoute> ROUTE = CallOptions.Key.createWithDefault("io.governance.grpc.route",
			CallRoute.ANY);

	private CallKeys() {
	}

}
