package io.governance.boot.loadbalancer;

import reactor.util.context.ContextView;

/**
 * Tells the lane of reactive calls. Thread-safe; on the path of every call.
 */
@FunctionalInterface
public interface ReactiveCallLane {

	/**
	 * The lane of a call to a service.
	 * @param service the service that is called
	 * @param context the context that the call is made in
	 * @return the name of the lane, {@code stable} for the ordinary one
	 */
	String of(String service, ContextView context);

}
