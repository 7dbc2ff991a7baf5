package io.governance.grpc;

import io.grpc.Context;

import io.governance.gray.GrayDecision;

/**
 * The decision about the request that is worked for, as grpc-java's context carries it to
 * other threads. Thread-safe.
 */
public final class GrpcLanes {

	private static final Context.Key<GrayDecision> DECISION = Context.keyWithDefault("io.governance.grpc.decision",
			GrayDecision.STABLE);

	private GrpcLanes() {
	}

	/**
	 * The decision that holds on the calling thread.
	 * @return the thread's own, else that of grpc-java's current context, else
	 * {@link GrayDecision#STABLE}
	 */
	public static GrayDecision current() {
		GrayDecision own = GrayDecision.current();
		return (own != GrayDecision.STABLE) ? own : DECISION.get();
	}

	/**
	 * A context that carries a decision.
	 * @param context what else it carries
	 * @param decision the decision
	 * @return the context
	 */
	public static Context with(Context context, GrayDecision decision) {
		return context.withValue(DECISION, decision);
	}

}
