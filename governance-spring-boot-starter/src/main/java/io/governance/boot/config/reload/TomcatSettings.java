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
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;

/**
 * The main connector of Tomcat: timeouts, connections and threads. Requests under way go
 * on. Before the server has started there is no connector to be had: it follows then.
 */
final class TomcatSettings
		implements LiveTarget<TomcatSettings.Values>, ApplicationListener<WebServerInitializedEvent> {

	private static final Logger logger = LoggerFactory.getLogger(TomcatSettings.class);

	private static final String PREFIX = "server.tomcat";

	private static final String[] LIVE = { "tomcat.connection-timeout", "tomcat.keep-alive-timeout",
			"tomcat.max-connections", "tomcat.max-keep-alive-requests", "tomcat.threads.max",
			"tomcat.threads.min-spare" };

	private final ApplicationContext context;

	private final SnapshotSettings settings;

	/** What Tomcat takes where no timeout is set. */
	private final int defaultTimeout = new Http11NioProtocol().getConnectionTimeout();

	/** What the server has to follow when it has started. */
	private @Nullable Deferred deferred;

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
		WebServer server = server();
		if (server instanceof TomcatWebServer tomcat) {
			boolean live = apply(tomcat, before, after, undo);
			TouchedKeys.warnOfOthers(change, "The web server", "server", live ? LIVE : new String[0]);
		}
		else if (server != null) {
			TouchedKeys.warnOfOthers(change, "The web server", "server");
		}
	}

	private @Nullable WebServer server() {
		return (this.context instanceof WebServerApplicationContext web) ? web.getWebServer() : null;
	}

	private synchronized boolean apply(TomcatWebServer server, Values before, Values after, Undo undo) {
		// The first one is the one that Boot has made of its properties.
		Connector[] connectors = server.getTomcat().getService().findConnectors();
		if (connectors.length == 0) {
			defer(before, after);
			undo.add(() -> apply(server, after, before, new Undo()));
			return true;
		}
		if (connectors[0].getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
			applyDeferred(protocol);
			apply(protocol, before, after, undo);
			return true;
		}
		return false;
	}

	private void defer(Values before, Values after) {
		Deferred earlier = this.deferred;
		this.deferred = new Deferred((earlier != null) ? earlier.before() : before, after);
	}

	private void applyDeferred(AbstractProtocol<?> protocol) {
		Deferred late = this.deferred;
		if (late != null) {
			this.deferred = null;
			apply(protocol, late.before(), late.after(), new Undo());
		}
	}

	@Override
	public synchronized void onApplicationEvent(WebServerInitializedEvent event) {
		Connector[] connectors = (event.getWebServer() == server()
				&& event.getWebServer() instanceof TomcatWebServer tomcat)
						? tomcat.getTomcat().getService().findConnectors() : new Connector[0];
		if (connectors.length > 0 && connectors[0].getProtocolHandler() instanceof AbstractProtocol<?> protocol) {
			applyDeferred(protocol);
		}
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

	private record Deferred(Values before, Values after) {
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
