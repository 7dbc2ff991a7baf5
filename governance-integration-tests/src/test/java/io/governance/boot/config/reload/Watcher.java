package io.governance.boot.config.reload;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.config.ConfigChanged;
import io.governance.boot.config.ConfigRejected;
import io.governance.boot.config.OnConfigChange;
import io.governance.config.ConfigChange;

import org.springframework.context.event.EventListener;

/**
 * Sees what happens to the config, and fails as the last observer where a change says so.
 */
class Watcher {

	private final List<String> rejected = new CopyOnWriteArrayList<>();

	private final List<ConfigChange> applied = new CopyOnWriteArrayList<>();

	List<String> rejected() {
		return this.rejected;
	}

	List<ConfigChange> applied() {
		return this.applied;
	}

	@OnConfigChange(order = 100)
	void failIfAsked(ConfigChange change) {
		if (change.after().get("fail") != null) {
			throw new IllegalStateException("as asked");
		}
	}

	@EventListener
	void rejected(ConfigRejected event) {
		this.rejected.add(event.rejection().describe());
	}

	@EventListener
	void applied(ConfigChanged event) {
		this.applied.add(event.change());
	}

}
