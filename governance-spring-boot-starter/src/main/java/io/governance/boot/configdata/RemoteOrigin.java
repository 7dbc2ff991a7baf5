package io.governance.boot.configdata;

import io.governance.config.ConfigOrigin;
import org.springframework.boot.origin.Origin;

/**
 * Where a remote value stands, as Boot shows origins.
 *
 * @param place the document, line and column
 */
public record RemoteOrigin(ConfigOrigin place) implements Origin {

	@Override
	public String toString() {
		return "governance " + this.place;
	}

}
