package io.governance.boot.config.reload;

import java.util.Set;

import io.governance.config.ConfigChange;
import io.governance.config.ConfigSnapshot;

/**
 * A web server of which nothing can be changed while it runs.
 */
final class FixedWebServer implements LiveTarget<Boolean> {

	@Override
	public String name() {
		return "the web server";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of("server");
	}

	@Override
	public Boolean read(ConfigSnapshot snapshot) {
		return true;
	}

	@Override
	public void check(ConfigChange change, Boolean before, Boolean after) {
		// There is nothing that it would take.
	}

	@Override
	public void apply(ConfigChange change, Boolean before, Boolean after, Undo undo) {
		TouchedKeys.warnOfOthers(change, "The web server", "server");
	}

}
