package io.governance;

/**
 * A watch or an observation that lasts until it is closed. Thread-safe.
 */
@FunctionalInterface
public interface Subscription extends AutoCloseable {

	/**
	 * Ends the subscription. A notification that is under way is finished; none starts
	 * after this method has returned, unless it was called from within that notification.
	 * Closing twice does nothing.
	 */
	@Override
	void close();

}
