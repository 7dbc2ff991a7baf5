package io.governance.boot.config.reload;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.governance.boot.config.SnapshotSettings;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigSnapshot;
import io.governance.config.InvalidConfigException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;

/**
 * The connections to a single Redis server over Lettuce. New settings are proved by a
 * {@code PING} before they are in force.
 */
final class RedisConnections implements LiveTarget<RedisSettings> {

	private static final Logger logger = LoggerFactory.getLogger(RedisConnections.class);

	private static final String PREFIX = "spring.data.redis";

	private static final String[] LIVE = { "host", "port", "database", "username", "password", "url", "ssl.enabled",
			"timeout", "connect-timeout" };

	/** How long the answer to the first {@code PING} may take. */
	private static final Duration PROOF = Duration.ofSeconds(5);

	private final List<SwappableRedis> factories;

	private final SnapshotSettings settings;

	RedisConnections(List<SwappableRedis> factories, SnapshotSettings settings) {
		this.factories = factories;
		this.settings = settings;
	}

	@Override
	public String name() {
		return "Redis connections";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of(PREFIX);
	}

	@Override
	public RedisSettings read(ConfigSnapshot snapshot) {
		try {
			return RedisSettings.of(this.settings.bind(snapshot, PREFIX, Bindable.of(DataRedisProperties.class)));
		}
		catch (IllegalArgumentException ex) {
			// The message shows the URL.
			throw new InvalidConfigException(snapshot.originOf(PREFIX + ".url"), PREFIX + ".url",
					"is no URL such as redis://user:password@host:6379/0", null);
		}
	}

	@Override
	public void check(ConfigChange change, RedisSettings before, RedisSettings after) {
		if (before.equals(after) || !after.single()) {
			return;
		}
		for (SwappableRedis factory : this.factories) {
			if (factory.isMadeOf(before)) {
				try {
					factory.prove(after, PROOF);
				}
				catch (RuntimeException ex) {
					// The message may show the address.
					throw new InvalidConfigException(change.after().originOf(PREFIX + ".host"), PREFIX,
							"leads to no Redis server that answers a PING (" + root(ex).getClass().getSimpleName()
									+ "): the old connections stay",
							null);
				}
			}
		}
	}

	private static Throwable root(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root;
	}

	@Override
	public void apply(ConfigChange change, RedisSettings before, RedisSettings after, Undo undo) {
		boolean swapped = false;
		for (SwappableRedis factory : this.factories) {
			if (!before.equals(after) && after.single() && factory.isMadeOf(before)) {
				factory.swap(after, undo);
				swapped = true;
			}
		}
		if (swapped) {
			logger.info("New Redis connections have followed the config and answered");
			TouchedKeys.warnOfOthers(change, "Redis", PREFIX, LIVE);
		}
		else if (!this.factories.isEmpty()) {
			TouchedKeys.warnOfOthers(change, "Redis", PREFIX);
		}
	}

}
