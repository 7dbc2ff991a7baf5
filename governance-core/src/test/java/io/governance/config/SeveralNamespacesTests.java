package io.governance.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link SeveralNamespaces}.
 */
class SeveralNamespacesTests {

	private static final DocumentId DEV = new DocumentId("dev", "shop", "a.yaml");

	private static final DocumentId COMMON = new DocumentId("common", "shop", "a.yaml");

	private final ByHand backend = new ByHand();

	private final ConfigSource source = SeveralNamespaces.of(this.backend, List.of(DEV, COMMON));

	private final List<String> told = new CopyOnWriteArrayList<>();

	@Test
	void isTheSourceItselfForOneNamespace() {
		assertThat(SeveralNamespaces.of(this.backend, List.of(DEV))).isSameAs(this.backend);
	}

	@Test
	void readsEachNamespaceOnItsOwn() {
		this.backend.put(DEV, "dev");
		this.backend.put(COMMON, "common");

		assertThat(this.source.get(Set.of(DEV, COMMON)).documents()).containsOnlyKeys(DEV, COMMON);
	}

	@Test
	void deliversWhenAllNamespacesAreKnownAndAfterEveryChange() {
		Subscription watch = this.source.watch(Set.of(DEV, COMMON), recorder());
		this.backend.put(DEV, "one");
		this.backend.tell("dev");
		assertThat(this.told).isEmpty();

		this.backend.tell("common");
		this.backend.put(COMMON, "two");
		this.backend.tell("common");

		assertThat(this.told).containsExactly("[one]", "[two, one]");
		watch.close();
		this.backend.tell("common");
		assertThat(this.told).hasSize(2);
		assertThat(this.backend.listeners).isEmpty();
	}

	@Test
	void isConnectedWhenAllNamespacesAre() {
		this.source.watch(Set.of(DEV, COMMON), recorder());

		this.backend.connection("dev", ConnectionState.DISCONNECTED);
		this.backend.connection("common", ConnectionState.DISCONNECTED);
		this.backend.connection("dev", ConnectionState.CONNECTED);
		this.backend.connection("common", ConnectionState.CONNECTED);

		assertThat(this.told).containsExactly("DISCONNECTED", "CONNECTED");
	}

	@Test
	void changeInOneNamespaceDoesNotHideThatAnotherIsLost() {
		this.backend.put(DEV, "a: 1");
		this.backend.put(COMMON, "b: 1");
		try (ConfigManager manager = ConfigManager.of(this.backend, List.of(DEV, COMMON)).build()) {
			manager.load(new StartPolicy(false, false));
			manager.watch();
			this.backend.tell("dev");
			this.backend.tell("common");
			this.backend.connection("common", ConnectionState.DISCONNECTED);

			this.backend.put(DEV, "a: 2");
			this.backend.tell("dev");

			assertThat(manager.current().get("a").value()).isEqualTo(2);
			assertThat(manager.status().connection()).isEqualTo(ConnectionState.DISCONNECTED);
			this.backend.connection("common", ConnectionState.CONNECTED);
			assertThat(manager.status().connection()).isEqualTo(ConnectionState.CONNECTED);
		}
	}

	@Test
	void deliversOneAtATimeWithoutWaiting() {
		this.backend.put(DEV, "one");
		this.source.watch(Set.of(DEV, COMMON), (documents) -> {
			this.told.add("begin");
			if (this.told.size() == 1) {
				this.backend.tell("dev");
			}
			this.told.add("end");
		});

		this.backend.tell("dev");
		this.backend.tell("common");

		assertThat(this.told).containsExactly("begin", "end", "begin", "end");
	}

	@Test
	void goesOnAfterAListenerThatThrows() {
		this.source.watch(Set.of(DEV, COMMON), (documents) -> {
			this.told.add("told");
			throw new IllegalStateException("listener");
		});
		this.backend.tell("dev");

		assertThatIllegalStateException().isThrownBy(() -> this.backend.tell("common"));
		assertThatIllegalStateException().isThrownBy(() -> this.backend.tell("dev"));

		assertThat(this.told).containsExactly("told", "told");
	}

	@Test
	void goesOnAfterAListenerThatFailsWithAnError() {
		this.source.watch(Set.of(DEV, COMMON), (documents) -> {
			this.told.add("told");
			throw new NoClassDefFoundError("listener");
		});
		this.backend.tell("dev");

		assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(() -> this.backend.tell("common"));
		assertThatExceptionOfType(NoClassDefFoundError.class).isThrownBy(() -> this.backend.tell("dev"));

		assertThat(this.told).containsExactly("told", "told");
	}

	private ConfigListener recorder() {
		return new ConfigListener() {

			@Override
			public void onDocuments(ConfigDocuments documents) {
				SeveralNamespacesTests.this.told
					.add(documents.documents().values().stream().map(ConfigDocument::text).toList().toString());
			}

			@Override
			public void onConnection(ConnectionState state) {
				SeveralNamespacesTests.this.told.add(state.toString());
			}

		};
	}

	/** Tells when it is told to, on the calling thread. */
	private static final class ByHand implements ConfigSource {

		private final Map<DocumentId, ConfigDocument> documents = new HashMap<>();

		private final Map<String, ConfigListener> listeners = new HashMap<>();

		private final Map<String, Set<DocumentId>> watched = new HashMap<>();

		void put(DocumentId id, String text) {
			this.documents.put(id, ConfigDocument.of(id, text, Revision.of(1)));
		}

		void tell(String namespace) {
			ConfigListener listener = this.listeners.get(namespace);
			if (listener != null) {
				listener.onDocuments(get(this.watched.get(namespace)));
			}
		}

		void connection(String namespace, ConnectionState state) {
			this.listeners.get(namespace).onConnection(state);
		}

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			assertThat(ids).extracting(DocumentId::namespace).containsOnly(ids.iterator().next().namespace());
			return ConfigDocuments
				.of(this.documents.values().stream().filter((document) -> ids.contains(document.id())).toList());
		}

		@Override
		public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
			String namespace = ids.iterator().next().namespace();
			this.watched.put(namespace, ids);
			this.listeners.put(namespace, listener);
			return () -> this.listeners.remove(namespace);
		}

		@Override
		public void close() {
		}

	}

}
