package io.governance.boot.configdata;

import java.util.List;
import java.util.stream.Collectors;

import io.governance.config.ConfigLayer;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigStatus;
import io.governance.config.DocumentId;
import io.governance.config.IgnoredKey;
import org.apache.commons.logging.Log;

/**
 * Tells in the log which remote config an application starts with.
 */
final class StartReport {

	private final ConfigManager manager;

	private final Log logger;

	StartReport(ConfigManager manager, Log logger) {
		this.manager = manager;
		this.logger = logger;
	}

	void tell() {
		ConfigStatus status = this.manager.status();
		tellOf(status);
		if (status.source() != ConfigStatus.Source.NONE) {
			tellOf(this.manager.current());
		}
	}

	private void tellOf(ConfigStatus status) {
		switch (status.source()) {
			case BACKEND -> {
				if (status.rejection() != null) {
					this.logger.error("A variant for requests cannot be used: " + status.rejection().describe()
							+ ". Requests get the config of the instance");
				}
			}
			case NONE -> this.logger.warn("Starting without remote config: " + status.problem());
			case CACHE -> {
				if (status.rejection() != null) {
					this.logger.error("Stored config cannot be used: " + status.rejection().describe()
							+ ". Starting with the last good config, kept at " + status.since());
				}
				else {
					this.logger.warn(
							"Starting with the last good config, kept at " + status.since() + ": " + status.problem());
				}
			}
		}
	}

	private void tellOf(ConfigSnapshot current) {
		List<ConfigLayer> precedence = this.manager.precedence();
		String layers = precedence.stream()
			.filter((layer) -> current.merged().contains(inPlaceOf(layer, current)))
			.map((layer) -> describe(layer, current))
			.collect(Collectors.joining(", ", "[", "]"));
		this.logger.info("Remote config, the lowest precedence first: " + layers + "; "
				+ (precedence.size() - current.merged().size()) + " more documents are watched and do not exist");
		this.manager.lanes()
			.forEach((lane,
					snapshot) -> this.logger.info("Remote config of requests in lane '" + lane + "': "
							+ snapshot.variants()
								.values()
								.stream()
								.map(DocumentId::toString)
								.collect(Collectors.joining(", "))));
		if (!current.ignored().isEmpty()) {
			this.logger.warn("Remote config may not set " + IgnoredKey.describe(current.ignored())
					+ ": ignored, unless governance.config.allowed-keys names it");
		}
	}

	private static DocumentId inPlaceOf(ConfigLayer layer, ConfigSnapshot snapshot) {
		return snapshot.variants().getOrDefault(layer.document(), layer.document());
	}

	private static String describe(ConfigLayer layer, ConfigSnapshot snapshot) {
		DocumentId variant = snapshot.variants().get(layer.document());
		return (variant != null) ? layer + " by its variant " + variant.name() : layer.toString();
	}

}
