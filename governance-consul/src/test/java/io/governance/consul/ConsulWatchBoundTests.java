package io.governance.consul;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.backend.support.ConnectionLog;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testkit.FaultyConnection;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** More is watched than there may be watches. */
@Timeout(90)
class ConsulWatchBoundTests {

	private static final int COUNT = 40;

	private final String namespace = "bound" + System.nanoTime();

	private final Backend writer = new ConsulFixture(Duration.ofSeconds(30)).open(ConsulServer.shared().address(),
			this.namespace);

	private final FaultyConnection way = new ConsulFixture().connect();

	private final Backend backend = ConsulFixture.backend(this.namespace,
			ConsulFixture.settings(List.of(this.way.address()), 2, Duration.ofSeconds(30)));

	@AfterEach
	void close() {
		this.backend.close();
		this.writer.close();
		this.way.close();
	}

	private static ConditionFactory within(Duration time) {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(time);
	}

	private static long watchThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("governance-consul-watch"))
			.count();
	}

	@Test
	@DisplayName("Who gets no connection since the agent has enough of this address is told of its limit")
	void limitOfTheAgentIsTold() {
		try (ConsulServer narrow = ConsulServer.options().config("limits { http_max_conns_per_client = 4 }").start();
				Backend first = new ConsulFixture().open(narrow.address(), this.namespace)) {
			for (int i = 0; i < 8; i++) {
				first.discovery().watch("orders" + i, (instances) -> {
				});
			}
			within(Duration.ofSeconds(20)).untilAsserted(() -> {
				try (Backend second = new ConsulFixture().open(narrow.address(), this.namespace)) {
					assertThatExceptionOfType(BackendUnavailableException.class)
						.isThrownBy(() -> second.discovery().services())
						.withMessageContaining("http_max_conns_per_client");
				}
			});
		}
	}

	@Test
	@DisplayName("F2 F5 F14 F22 Documents beyond the bound share a detector, and are told within 2 s")
	void documents() {
		Map<Integer, String> told = new ConcurrentHashMap<>();
		Map<Integer, ConnectionState> connections = new ConcurrentHashMap<>();
		List<DocumentId> ids = new ArrayList<>();
		for (int i = 0; i < COUNT; i++) {
			int number = i;
			DocumentId id = new DocumentId(this.namespace, "group" + i % 3, "document" + i + ".yaml");
			ids.add(id);
			this.backend.config().watch(Set.of(id), new ConfigListener() {

				@Override
				public void onDocuments(ConfigDocuments documents) {
					told.put(number, documents.find(id).map((document) -> document.text()).orElse("absent"));
				}

				@Override
				public void onConnection(ConnectionState state) {
					connections.put(number, state);
				}

			});
		}
		within(Duration.ofSeconds(10)).until(() -> told.size() == COUNT);
		assertThat(watchThreads()).isLessThanOrEqualTo(3);
		TimesTold.assertInTime((times) -> {
			publish(ids.get(COUNT - 1), "one");
			times.told("a document", () -> told.get(COUNT - 1).equals("one"));
			this.writer.config().publish(List.of(Publication.delete(ids.get(COUNT - 1))), Author.of("me"));
			times.told("a document that goes", () -> told.get(COUNT - 1).equals("absent"));
		});
		Logger logger = (Logger) LoggerFactory.getLogger(ConnectionLog.class);
		ListAppender<ILoggingEvent> lines = new ListAppender<>();
		lines.start();
		logger.addAppender(lines);
		this.way.cut();
		within(Duration.ofSeconds(20)).until(() -> connections.size() == COUNT
				&& connections.values().stream().allMatch((state) -> state == ConnectionState.DISCONNECTED));
		logger.detachAppender(lines);
		assertThat(lines.list).as("one line for a reason that many share").hasSizeBetween(1, 4);
		publish(ids.get(COUNT - 2), "meanwhile");
		this.way.restore();
		within(Duration.ofSeconds(20)).until(() -> told.get(COUNT - 2).equals("meanwhile")
				&& connections.values().stream().allMatch((state) -> state == ConnectionState.CONNECTED));
	}

	private void publish(DocumentId id, String text) {
		this.writer.config().publish(List.of(Publication.put(id, text)), Author.of("me"));
	}

	@Test
	@DisplayName("Services beyond the bound share detectors, and whatever changes of them is told within 2 s")
	void services() {
		Map<Integer, List<Instance>> told = new ConcurrentHashMap<>();
		for (int i = 0; i < COUNT; i++) {
			int number = i;
			this.backend.discovery().watch("service-" + i, (instances) -> told.put(number, instances));
		}
		within(Duration.ofSeconds(10)).until(() -> told.size() == COUNT);
		assertThat(watchThreads()).isLessThanOrEqualTo(4);
		int last = COUNT - 1;
		Instance instance = Instance.of("service-" + last, "127.0.0.1", 8080).build();
		Instance changed = instance.toBuilder().metadata(Map.of("team", "shop")).weight(7).build();
		Instance down = changed.withStatus(InstanceStatus.DOWN);
		TimesTold.assertInTime((times) -> {
			this.writer.registry().put(instance.service(), List.of(instance));
			times.told("an instance that comes", () -> told.get(last).equals(List.of(instance)));
			this.writer.registry().put(instance.service(), List.of(changed));
			times.told("metadata and weight", () -> told.get(last).equals(List.of(changed)));
			this.writer.registry().put(instance.service(), List.of(down));
			times.told("a status", () -> told.get(last).equals(List.of(down)));
			this.writer.registry().remove(instance.service(), instance.id());
			times.told("an instance that goes", () -> told.get(last).isEmpty());
		});
	}

}
