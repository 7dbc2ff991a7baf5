package io.governance.config;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.ConnectionState;

/**
 * Writes down what a listener is told, and takes it out again.
 */
final class RecordedEvents implements ConfigEvents {

	private final List<String> events = new CopyOnWriteArrayList<>();

	@Override
	public void onApplied(ConfigChange change, Duration took) {
		this.events.add("applied " + change);
	}

	@Override
	public void onRejected(ConfigRejection rejection) {
		this.events.add("rejected " + rejection.describe());
	}

	@Override
	public void onRecovered() {
		this.events.add("recovered");
	}

	@Override
	public void onConnection(ConnectionState state) {
		this.events.add(state.toString());
	}

	List<String> take() {
		List<String> taken = List.copyOf(this.events);
		this.events.clear();
		return taken;
	}

}
