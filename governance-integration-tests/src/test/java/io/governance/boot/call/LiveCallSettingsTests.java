package io.governance.boot.call;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.governance.Subscription;
import io.governance.boot.TestFleet;
import io.governance.boot.call.CallingApplication.Clients;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigEvents;
import io.governance.config.ConfigManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.core.env.Environment;
import org.springframework.http.HttpMethod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Settings of calls that change in the config centre while calls are made. */
@Timeout(60)
class LiveCallSettingsTests {

	@TempDir
	private Path directory;

	private TestFleet fleet;

	private CallingApplication app;

	@BeforeEach
	void open() {
		this.fleet = new TestFleet(this.directory.resolve("fleet"));
		this.fleet.save("caller.yaml", "{greeting: hello, governance.call.breaker.enabled: false}");
		this.app = new CallingApplication(this.directory, Clients.class, "spring.config.import=governance:",
				"governance.local.directory=" + this.fleet.directory());
	}

	@AfterEach
	void close() {
		this.app.close();
	}

	/** Returns when all have been told. */
	private void change(String settings) {
		AtomicBoolean applied = new AtomicBoolean();
		ConfigEvents events = new ConfigEvents() {
			@Override
			public void onApplied(ConfigChange change, Duration took) {
				applied.set(true);
			}
		};
		Subscription listening = this.app.bean(ConfigManager.class).listen(events);
		this.fleet.save("caller.yaml", "{governance.call: " + settings + "}");
		await().untilTrue(applied);
		listening.close();
	}

	private String get(String service) {
		return Client.REST_CLIENT_JDK.call(this.app, HttpMethod.GET, service, null);
	}

	@Test
	void holdForTheNextCall() {
		FaultyServer hanging = this.app.server(Fault.HANGS);
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer fine = this.app.server(Fault.NONE);
		String slow = this.app.service(hanging.port());
		String mixed = this.app.service(busy.port(), fine.port());
		assertThat(get(mixed)).isEqualTo("fine");
		assertThat(get(mixed)).isEqualTo("fine");
		change("{breaker.enabled: false, retry.enabled: false, services: {" + slow + ": {deadline: 300ms}}}");
		assertThatThrownBy(() -> get(slow)).hasCauseInstanceOf(CallTimeoutException.class)
			.hasStackTraceContaining("of the call 300 ms");
		assertThatThrownBy(() -> {
			get(mixed);
			get(mixed);
		}).hasMessageContaining("503");
		change("{breaker.enabled: false}");
		for (int i = 0; i < 4; i++) {
			assertThat(get(mixed)).isEqualTo("fine");
		}
	}

	@Test
	void openBreakersAreClosedByOneDocument() {
		FaultyServer server = this.app.server(Fault.BROKEN);
		String service = this.app.service(server.port());
		change("{breaker: {minimum-calls: 2, open-for: 1h}}");
		for (int i = 0; i < 2; i++) {
			assertThatThrownBy(() -> get(service)).hasMessageContaining("500");
		}
		assertThatThrownBy(() -> get(service)).hasStackTraceContaining(CallRefusedException.class.getName());
		server.behave(Fault.NONE);
		change("{breaker.enabled: false}");
		assertThat(get(service)).isEqualTo("fine");
	}

	@Test
	void thatCannotBeUsedAreRefusedAsAWhole() {
		this.fleet.save("caller.yaml", "{greeting: bye, governance.call.retry.max-tries: 0}");
		ConfigManager manager = this.app.bean(ConfigManager.class);
		await().until(() -> manager.status().rejection() != null);
		assertThat(manager.status().rejection()).asString().contains("governance.call.retry.max-tries");
		assertThat(this.app.bean(Environment.class).getProperty("greeting")).isEqualTo("hello");
	}

}
