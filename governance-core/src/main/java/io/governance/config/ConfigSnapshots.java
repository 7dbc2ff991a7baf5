package io.governance.config;

import java.util.Map;

/**
 * What follows from documents that were read together. Immutable.
 *
 * @param instance the snapshot for this process
 * @param lanes the snapshots for the requests of lanes that find something else
 */
record ConfigSnapshots(ConfigSnapshot instance, Map<String, ConfigSnapshot> lanes) {

	ConfigSnapshots {
		lanes = Map.copyOf(lanes);
	}

}
