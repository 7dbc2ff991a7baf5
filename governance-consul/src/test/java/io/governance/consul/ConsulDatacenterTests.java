package io.governance.consul;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Which datacenter is asked, and what is said about a token on the way there. */
@Timeout(90)
class ConsulDatacenterTests {

	private final String namespace = "datacenter" + System.nanoTime();

	private final DocumentId orders = new DocumentId(this.namespace, "shop", "orders.yaml");

	private final DocumentId stock = new DocumentId(this.namespace, "stock", "stock.yaml");

	private Backend backend(String address, String datacenter, String token) {
		return ConsulFixture.backend(this.namespace, new ConsulSettings(List.of(address), null, datacenter, null, token,
				null, null, null, null, null, ConsulFixture.registration(Duration.ofSeconds(10)), null));
	}

	@Test
	void documentsAndServicesOfTheDatacenterAreRead() {
		String address = ConsulServer.shared().address();
		try (Backend own = backend(address, null, null); Backend named = backend(address, "dc1", null)) {
			own.config().publish(List.of(Publication.put(this.orders, "a: 1")), Author.of("test"));
			assertThat(named.config().get(Set.of(this.orders)).find(this.orders)).isPresent();
			RecordingConfigListener listener = new RecordingConfigListener();
			named.config().watch(Set.of(this.orders), listener);
			Awaitility.await().until(() -> listener.latest(this.orders).equals("a: 1"));
		}
	}

	@Test
	@DisplayName("F4 A datacenter that cannot be reached is no absence")
	void datacenterThatDoesNotExistIsNoAbsence() {
		try (Backend nowhere = backend(ConsulServer.shared().address(), "nowhere", null)) {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> nowhere.config().get(Set.of(this.orders)));
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> nowhere.discovery().services());
		}
	}

	@Test
	@DisplayName("F4 Another datacenter is read, watched and written from here; that it is away is told, as is its return")
	void anotherDatacenter() {
		try (ConsulServer here = ConsulServer.own();
				ConsulServer there = there(here);
				Backend local = backend(there.address(), null, null);
				Backend remote = backend(here.address(), "dc2", null);
				Backend other = backend(here.address(), "dc1", null)) {
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.ignoreExceptions()
				.until(() -> remote.config().get(Set.of(this.orders)).find(this.orders).isEmpty());
			RecordingConfigListener listener = new RecordingConfigListener();
			remote.config().watch(Set.of(this.orders), listener);
			List<List<Instance>> instances = new CopyOnWriteArrayList<>();
			remote.discovery().watch("orders", instances::add);
			local.config().publish(List.of(Publication.put(this.orders, "a: 1")), Author.of("test"));
			Instance instance = Instance.of("orders", "127.0.0.1", 80).build();
			local.registry().put("orders", List.of(instance));
			Awaitility.await()
				.until(() -> listener.latest(this.orders).equals("a: 1") && !instances.isEmpty()
						&& instances.get(instances.size() - 1).equals(List.of(instance)));
			remote.config().publish(List.of(Publication.put(this.orders, "a: 2")), Author.of("test"));
			assertThat(local.config().get(Set.of(this.orders)).find(this.orders)).map((document) -> document.text())
				.contains("a: 2");
			assertThat(other.config().get(Set.of(this.orders)).find(this.orders)).isEmpty();
			there.kill();
			Awaitility.await()
				.atMost(Duration.ofSeconds(15))
				.until(() -> ConnectionState.DISCONNECTED == last(listener.connections()));
			there.start();
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.until(() -> ConnectionState.CONNECTED == last(listener.connections())
						&& listener.latest(this.orders).equals("a: 2"));
		}
	}

	@Test
	@DisplayName("A lock of another datacenter is refused in words, at once")
	void lockOfAnotherDatacenterIsRefused() throws InterruptedException {
		try (ConsulServer here = ConsulServer.own();
				ConsulServer there = there(here);
				Backend remote = backend(here.address(), "dc2", null);
				Backend named = backend(here.address(), "dc1", null);
				Backend nowhere = backend(there.address(), "nowhere", null)) {
			Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
				remote.discovery().services();
				return true;
			});
			assertThatExceptionOfType(UnsupportedOperationException.class)
				.isThrownBy(() -> remote.lock().acquire("jobs", Duration.ofSeconds(30)))
				.withMessageContaining("governance.consul.datacenter")
				.withMessageContaining("'dc1'")
				.withMessageContaining("'dc2'");
			named.lock().acquire("jobs", Duration.ofSeconds(10)).orElseThrow().close();
			assertThatExceptionOfType(UnsupportedOperationException.class)
				.isThrownBy(() -> nowhere.lock().acquire("jobs", Duration.ZERO));
		}
	}

	/** Another datacenter, which joins the first one. */
	private static ConsulServer there(ConsulServer here) {
		// The port by which datacenters meet is the third after that of HTTP.
		return ConsulServer.options()
			.config("datacenter = \"dc2\"")
			.config("retry_join_wan = [\"127.0.0.1:" + (URI.create(here.address()).getPort() + 3) + "\"]")
			.config("retry_interval_wan = \"1s\"")
			.start();
	}

	private static ConnectionState last(List<ConnectionState> states) {
		return states.isEmpty() ? ConnectionState.CONNECTED : states.get(states.size() - 1);
	}

	@Test
	@DisplayName("F13 Two watches that reach the same index are both told")
	void watchesThatReachTheSameIndexAreBothTold() {
		try (Backend backend = backend(ConsulServer.shared().address(), null, null)) {
			RecordingConfigListener first = new RecordingConfigListener();
			RecordingConfigListener second = new RecordingConfigListener();
			backend.config().watch(Set.of(this.orders), first);
			backend.config().watch(Set.of(this.stock), second);
			for (int i = 0; i < 20; i++) {
				String text = "round: " + i;
				backend.config()
					.publish(List.of(Publication.put(this.orders, text), Publication.put(this.stock, text)),
							Author.of("test"));
				Awaitility.await()
					.until(() -> first.latest(this.orders).equals(text) && second.latest(this.stock).equals(text));
			}
		}
	}

	@Test
	@DisplayName("Security 5: a token that would leave this machine in plain text is warned of, and not printed")
	void tokenInPlainTextIsWarnedOf() {
		Logger logger = (Logger) LoggerFactory.getLogger(ConsulClient.class);
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.start();
		logger.addAppender(lines);
		try {
			backend("http://consul.example:8500", null, "secret-token").close();
			backend("http://127.0.0.1:8500", null, "secret-token").close();
			// Other classes run at the same time, with the same logger.
			assertThat(List.copyOf(lines.list)).extracting(ILoggingEvent::getFormattedMessage)
				.filteredOn((line) -> line.contains("in plain text"))
				.singleElement()
				.asString()
				.contains("http://consul.example:8500")
				.contains("https")
				.doesNotContain("secret-token");
		}
		finally {
			logger.detachAppender(lines);
		}
	}

}
