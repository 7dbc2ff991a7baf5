package io.governance.consul;

import java.lang.Runtime.Version;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.testservers.ConsulServer;
import org.apache.hc.core5.util.VersionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** What is kept of earlier versions, and where. */
@Timeout(60)
class ConsulHistoryTests {

	private final String namespace = "history" + System.nanoTime();

	private final DocumentId id = new DocumentId(this.namespace, "shop", "orders.yaml");

	private final Backend backend = new ConsulFixture().open(ConsulServer.shared().address(), this.namespace);

	private final Http http = new Http(ConsulServer.shared().address());

	@AfterEach
	void close() {
		this.backend.close();
	}

	private void publish(String text) {
		this.backend.config().publish(List.of(Publication.put(this.id, text)), new Author("alice", "why not"));
	}

	private int keys(String folder) {
		String path = "/v1/kv/governance/history/" + this.namespace + "/shop/orders.yaml/" + folder;
		return this.http.get(path + "/?keys").body().split(",").length;
	}

	@Test
	@DisplayName("The newest hundred entries are kept with their contents, and nothing that no entry names")
	void oldEntriesArePruned() {
		for (int i = 0; i < 111; i++) {
			publish("round: " + i);
		}
		List<HistoryEntry> history = this.backend.config().history(this.id, 1_000);
		assertThat(history).hasSize(100);
		assertThat(history).allSatisfy((entry) -> assertThat(this.backend.config().version(entry)).isPresent());
		assertThat(this.backend.config().version(history.get(0)).orElseThrow().text()).isEqualTo("round: 110");
		assertThat(keys("entries")).isEqualTo(100);
		assertThat(keys("blobs")).isEqualTo(100);
	}

	@Test
	@DisplayName("F26 A large document is kept together with its history, and what does not fit is refused here")
	void largeDocument() {
		String large = "x".repeat(ConsulConfigStore.LIMITS.maxDocumentBytes());
		publish(large);
		publish(large);
		List<HistoryEntry> history = this.backend.config().history(this.id, 10);
		assertThat(history).hasSize(2);
		assertThat(this.backend.config().version(history.get(1)).orElseThrow().text()).isEqualTo(large);
		assertThat(keys("blobs")).isEqualTo(1);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.backend.config()
				.publish(List.of(Publication.put(this.id, large)), new Author("alice", "y".repeat(100_000))))
			.withMessageContaining("524288");
	}

	@Test
	@DisplayName("Security 10 Client trap: the HTTP client is one without known holes")
	void httpClientIsPatched() {
		VersionInfo version = VersionInfo.loadVersionInfo("org.apache.hc.core5", getClass().getClassLoader());
		assertThat(Version.parse(version.getRelease())).isGreaterThanOrEqualTo(Version.parse("5.4.2"));
	}

}
