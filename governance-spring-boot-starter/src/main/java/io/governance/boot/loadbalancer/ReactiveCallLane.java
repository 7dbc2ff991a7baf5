package io.governance.boot.loadbalancer;

import reactor.util.context.ContextView;

import io.governance.gray.LaneContext;

/**
 * Tells the lanes of reactive calls. Thread-safe; on the path of every call.
 */
@FunctionalInterface
public interface ReactiveCallLane {

	/**
	 * The lanes of calls that are made in a context.
	 * @param context the context that the call is subscribed to with
	 * @return the lanes by service
	 */
	LaneContext in(ContextView context);

}
