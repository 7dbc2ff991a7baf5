package io.governance.etcd;

import java.util.SortedMap;
import java.util.function.Consumer;

/**
 * Who wants to know what becomes of some keys. Told on the thread of the
 * {@link WatchLoop}, never blocks.
 *
 * @param <V> the type of the values
 */
final class Subscriber<V> {

	private final Interest interest;

	private final Consumer<SortedMap<String, V>> onState;

	private final Consumer<String> onLost;

	Subscriber(Interest interest, Consumer<SortedMap<String, V>> onState, Consumer<String> onLost) {
		this.interest = interest;
		this.onState = onState;
		this.onLost = onLost;
	}

	Interest interest() {
		return this.interest;
	}

	void onState(SortedMap<String, V> state) {
		this.onState.accept(state);
	}

	void onLost(String reason) {
		this.onLost.accept(reason);
	}

}
