package io.governance.boot.config.reload;

import java.net.Socket;
import java.nio.file.Path;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TomcatSettingsTests extends ReloadFixture {

	private AbstractHttp11Protocol<?> protocol;

	@BeforeEach
	void startApplication() {
		saveSettings("connection-timeout: 7s, threads: {max: 20, min-spare: 2}");
		start(WebApplicationType.SERVLET, Application.class, "governance.registry.enabled=false");
		TomcatWebServer server = (TomcatWebServer) ((WebServerApplicationContext) context()).getWebServer();
		this.protocol = (AbstractHttp11Protocol<?>) server.getTomcat().getService().findConnectors()[0]
			.getProtocolHandler();
		assertThat(this.protocol.getConnectionTimeout()).isEqualTo(7000);
	}

	@Test
	void timeoutsConnectionsAndThreadsFollowAndGoBack() {
		saveSettings("connection-timeout: 3s, max-connections: 500, max-keep-alive-requests: 7, "
				+ "threads: {max: 60, min-spare: 30}");
		awaitApplied(1);
		assertThat(this.protocol.getMaxThreads()).isEqualTo(60);
		assertThat(this.protocol.getConnectionTimeout()).isEqualTo(3000);
		assertThat(this.protocol.getKeepAliveTimeout()).isEqualTo(3000);
		assertThat(this.protocol.getMaxConnections()).isEqualTo(500);
		assertThat(this.protocol.getMaxKeepAliveRequests()).isEqualTo(7);
		assertThat(((ThreadPoolExecutor) this.protocol.getExecutor()).getCorePoolSize()).isEqualTo(30);
		saveSettings("keep-alive-timeout: 1s, threads: {max: 5, min-spare: 1}");
		awaitApplied(2);
		assertThat(this.protocol.getMaxThreads()).isEqualTo(5);
		assertThat(this.protocol.getKeepAliveTimeout()).isEqualTo(1000);
		assertThat(this.protocol.getConnectionTimeout()).isEqualTo(60000);
		assertThat(this.protocol.getMaxConnections()).isEqualTo(8192);
		assertThat(((ThreadPoolExecutor) this.protocol.getExecutor()).getMaximumPoolSize()).isEqualTo(5);
	}

	@Test
	void anyNumberOfConnectionsIsTaken() {
		saveSettings("max-connections: -1");
		eventually(() -> assertThat(this.protocol.getMaxConnections()).isEqualTo(-1));
		saveSettings("max-connections: 300");
		eventually(() -> assertThat(this.protocol.getMaxConnections()).isEqualTo(300));
		assertThat(watcher().rejected()).isEmpty();
	}

	@Test
	void silentConnectionIsClosedAfterTheNewTimeout() throws Exception {
		saveSettings("connection-timeout: 300ms");
		eventually(() -> assertThat(this.protocol.getConnectionTimeout()).isEqualTo(300));
		try (Socket silent = new Socket("localhost", this.protocol.getLocalPort())) {
			silent.setSoTimeout(6000);
			assertThat(silent.getInputStream().read()).isEqualTo(-1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "threads: {max: 5, min-spare: 6}", "threads: {max: 0}", "max-connections: 0",
			"max-connections: -2", "connection-timeout: soon" })
	void badValueIsRefusedBeforeItIsInForce(String settings) {
		saveSettings(settings);
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(watcher().rejected().get(0)).contains("'server.tomcat.");
		assertThat(this.protocol.getConnectionTimeout()).isEqualTo(7000);
		assertThat(this.protocol.getMaxThreads()).isEqualTo(20);
	}

	@Test
	void serverIsAsBeforeWhenALaterObserverFails() {
		save("fail: 1\nserver.tomcat: {connection-timeout: 1s, threads.max: 30}");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(this.protocol.getConnectionTimeout()).isEqualTo(7000);
		assertThat(this.protocol.getMaxThreads()).isEqualTo(20);
		assertThat(this.protocol.getMinSpareThreads()).isEqualTo(2);
	}

	@Test
	void changeBeforeTheServerHasStartedIsFollowedWhenItHas() {
		save("late: 0\nserver.tomcat: {connection-timeout: 7s}");
		start(WebApplicationType.SERVLET, Late.class, "governance.registry.enabled=false");
		TomcatWebServer server = (TomcatWebServer) ((WebServerApplicationContext) context()).getWebServer();
		AbstractHttp11Protocol<?> late = (AbstractHttp11Protocol<?>) server.getTomcat().getService().findConnectors()[0]
			.getProtocolHandler();
		assertThat(watcher().rejected()).isEmpty();
		assertThat(late.getConnectionTimeout()).isEqualTo(3000);
		save("late: 2\nserver.tomcat: {connection-timeout: 4s}");
		eventually(() -> assertThat(late.getConnectionTimeout()).isEqualTo(4000));
	}

	@Test
	void whatNeedsARestartIsToldOnce(CapturedOutput output) {
		saveSettings("connection-timeout: 8s, threads: {max: 20, min-spare: 2}, accept-count: 3, uri-encoding: UTF-16");
		eventually(() -> assertThat(this.protocol.getConnectionTimeout()).isEqualTo(8000));
		eventually(() -> assertThat(output.toString().lines().filter((line) -> line.contains("only with a restart")))
			.singleElement()
			.asString()
			.contains("[server.tomcat.accept-count, server.tomcat.uri-encoding]"));
	}

	/** Publishes while it starts, after the config is followed and before the server. */
	@Configuration(proxyBeanMethods = false)
	static class Late extends Application {

		@Bean
		SmartLifecycle publisher(ConfigManager manager, Environment environment) {
			TestFleet fleet = new TestFleet(Path.of(environment.getRequiredProperty("governance.local.directory")));
			return new SmartLifecycle() {

				private boolean running;

				@Override
				public int getPhase() {
					return Integer.MIN_VALUE + 1;
				}

				@Override
				public void start() {
					this.running = true;
					fleet.save("orders.yaml", "late: 1\nserver.tomcat: {connection-timeout: 3s}");
					eventually(() -> assertThat(manager.current().get("late").value()).isEqualTo(1));
				}

				@Override
				public void stop() {
					this.running = false;
				}

				@Override
				public boolean isRunning() {
					return this.running;
				}

			};
		}

	}

	private void saveSettings(String settings) {
		save("server.tomcat: {" + settings + "}");
	}

}
