package io.governance.boot.config.reload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

import io.governance.boot.config.SnapshotSettings;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigSnapshot;
import io.governance.config.InvalidConfigException;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.coyote.http11.Http11NioProtocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.TomcatServerProperties;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;

/**
 * The main connector of Tomcat: timeouts, connections and threads. Requests under way go
 * on.
 */
final class TomcatSettings implements LiveTarget<TomcatSettings.Values> {

	private static final Logger logger = LoggerFactory.getLogger(TomcatSettings.class);

	private static final String PREFIX = "server.tomcat";

	private static final String[] LIVE = { "tomcat.connection-timeout", "tomcat.keep-alive-timeout",
			"tomcat.max-connections", "tomcat.max-keep-alive-requests", "tomcat.threads.max",
			"tomcat.threads.min-spare" };

	private final ApplicationContext context;

	private final SnapshotSettings settings;

	/** What Tomcat takes where no timeout is set. */
	private final int defaultTimeout = new Http11NioProtocol().getConnectionTimeout();

	TomcatSettings(ApplicationContext context, SnapshotSettings settings) {
		this.context = context;
		this.settings = settings;
	}

	@Override
	public String name() {
		return "the web server";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of("server");
	}

	@Override
	public Values read(ConfigSnapshot snapshot) {
		TomcatServerProperties read = this.settings.bind(snapshot, PREFIX, Bindable.of(TomcatServerProperties.class));
		int connectionTimeout = millis(read.getConnectionTimeout(), this.defaultTimeout);
		return new Values(connectionTimeout, millis(read.getKeepAliveTimeout(), connectionTimeout),
				read.getMaxConnections(), read.getMaxKeepAliveRequests(), read.getThreads().getMax(),
				read.getThreads().getMinSpare());
	}

	private static int millis(@Nullable Duration duration, int otherwise) {
		return (duration != null) ? (int) Math.min(duration.toMillis(), Integer.MAX_VALUE) : otherwise;
	}

	@Override
	public void check(ConfigChange change, Values before, Values after) {
		refuse(change, after.maxThreads() < 1, "threads.max", "must be at least 1");
		refuse(change, after.minSpareThreads() < 1, "threads.min-spare", "must be at least 1");
		refuse(change, after.minSpareThreads() > after.maxThreads(), "threads",
				"must not have more 'min-spare' than 'max'");
		refuse(change, after.maxConnections() < 1 && after.maxConnections() != -1, "max-connections",
				"must be at least 1, or -1 for any number");
	}

	private static void refuse(ConfigChange change, boolean wrong, String key, String reason) {
		String full = PREFIX + "." + key;
		if (wrong && change.touches(full)) {
			throw new InvalidConfigException(change.after().originOf(full), full, reason, null);
		}
	}

	@Override
	public void apply(ConfigChange change, Values before, Values after, Undo undo) {
		WebServer server = (this.context instanceof WebServerApplicationContext web) ? web.getWebServer() : null;
		if (server instanceof TomcatWebServer tomcat
				&& connector(tomcat).getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
			apply(protocol, before, after, undo);
			TouchedKeys.warnOfOthers(change, "The web server", "server", LIVE);
		}
		else if (server != null) {
			TouchedKeys.warnOfOthers(change, "The web server", "server");
		}
	}

	/** The connector that Boot has made of its properties. */
	private static Connector connector(TomcatWebServer server) {
		return server.getTomcat().getService().findConnectors()[0];
	}

	private static void apply(AbstractProtocol<?> protocol, Values before, Values after, Undo undo) {
		Steps steps = new Steps(undo, new ArrayList<>());
		steps.set("connectionTimeout", before.connectionTimeout(), after.connectionTimeout(),
				protocol::setConnectionTimeout);
		steps.set("keepAliveTimeout", before.keepAliveTimeout(), after.keepAliveTimeout(),
				protocol::setKeepAliveTimeout);
		steps.set("maxConnections", before.maxConnections(), after.maxConnections(), protocol::setMaxConnections);
		if (protocol instanceof AbstractHttp11Protocol<?> http) {
			steps.set("maxKeepAliveRequests", before.maxKeepAliveRequests(), after.maxKeepAliveRequests(),
					http::setMaxKeepAliveRequests);
		}
		// At no time more spare threads than threads.
		if (after.maxThreads() > before.maxThreads()) {
			steps.set("maxThreads", before.maxThreads(), after.maxThreads(), protocol::setMaxThreads);
			steps.set("minSpareThreads", before.minSpareThreads(), after.minSpareThreads(),
					protocol::setMinSpareThreads);
		}
		else {
			steps.set("minSpareThreads", before.minSpareThreads(), after.minSpareThreads(),
					protocol::setMinSpareThreads);
			steps.set("maxThreads", before.maxThreads(), after.maxThreads(), protocol::setMaxThreads);
		}
		if (!steps.changed().isEmpty()) {
			logger.info("The web server has followed the config: {}", steps.changed());
		}
	}

	/**
	 * What can be set of a running Tomcat, times in milliseconds.
	 */
	record Values(int connectionTimeout, int keepAliveTimeout, int maxConnections, int maxKeepAliveRequests,
			int maxThreads, int minSpareThreads) {
	}

	private record Steps(Undo undo, List<String> changed) {

		void set(String name, int before, int after, IntConsumer setter) {
			if (before != after) {
				setter.accept(after);
				this.undo.add(() -> setter.accept(before));
				this.changed.add(name);
			}
		}

	}

}
