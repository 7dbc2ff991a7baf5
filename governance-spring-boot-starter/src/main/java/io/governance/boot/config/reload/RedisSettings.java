package io.governance.boot.config.reload;

import java.net.URI;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.util.StringUtils;

/**
 * Where a single Redis server is and how to talk to it. Its {@link #toString()} shows
 * nothing.
 *
 * @param timeout of a command, or {@code null} for the default
 * @param connectTimeout of a connection, or {@code null} for the default
 */
record RedisSettings(boolean single, String host, int port, int database, @Nullable String username,
		@Nullable String password, boolean ssl, @Nullable Duration timeout, @Nullable Duration connectTimeout) {

	static RedisSettings of(DataRedisProperties properties) {
		boolean single = properties.getSentinel() == null && properties.getCluster() == null
				&& properties.getMasterreplica() == null;
		boolean ssl = properties.getSsl().isEnabled();
		String url = properties.getUrl();
		if (url == null) {
			return new RedisSettings(single, properties.getHost(), properties.getPort(), properties.getDatabase(),
					properties.getUsername(), properties.getPassword(), ssl, properties.getTimeout(),
					properties.getConnectTimeout());
		}
		URI uri = URI.create(url);
		String user = uri.getUserInfo();
		int colon = (user != null) ? user.indexOf(':') : -1;
		String path = uri.getPath();
		return new RedisSettings(single, uri.getHost(), uri.getPort(),
				(StringUtils.hasText(path) && path.length() > 1) ? Integer.parseInt(path.substring(1)) : 0,
				(user != null && colon >= 0) ? user.substring(0, colon) : null,
				(user != null) ? user.substring(colon + 1) : null, ssl || "rediss".equals(uri.getScheme()),
				properties.getTimeout(), properties.getConnectTimeout());
	}

	@Override
	public String toString() {
		return "RedisSettings";
	}

}
