package io.governance.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Reads and watches documents of several namespaces as if they were in one: each
 * namespace on its own, so that only what is in one namespace is sure to be of one
 * moment. Thread-safe.
 */
final class SeveralNamespaces implements ConfigSource {

	private final ConfigSource source;

	SeveralNamespaces(ConfigSource source) {
		this.source = source;
	}

	/**
	 * A source for some documents.
	 * @return the source itself if they are all in one namespace
	 */
	static ConfigSource of(ConfigSource source, Collection<DocumentId> ids) {
		return (ids.stream().map(DocumentId::namespace).distinct().count() > 1) ? new SeveralNamespaces(source)
				: source;
	}

	private static Map<String, Set<DocumentId>> byNamespace(Set<DocumentId> ids) {
		Map<String, Set<DocumentId>> byNamespace = new TreeMap<>();
		ids.forEach((id) -> byNamespace.computeIfAbsent(id.namespace(), (namespace) -> new HashSet<>()).add(id));
		return byNamespace;
	}

	private static ConfigDocuments together(Collection<ConfigDocuments> parts) {
		Map<DocumentId, ConfigDocument> all = new HashMap<>();
		parts.forEach((part) -> all.putAll(part.documents()));
		return new ConfigDocuments(all);
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		return together(byNamespace(ids).values().stream().map(this.source::get).toList());
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		Joined joined = new Joined(listener, byNamespace(ids));
		joined.start();
		return joined;
	}

	@Override
	public void close() {
		this.source.close();
	}

	/**
	 * The watches of all namespaces. Whichever of their threads has news delivers, unless
	 * another one is delivering: that one takes it along then, so that none waits.
	 */
	private final class Joined implements Subscription {

		private final ConfigListener listener;

		private final Map<String, Set<DocumentId>> wanted;

		private final List<Subscription> watches = new ArrayList<>();

		private final Map<String, ConfigDocuments> latest = new HashMap<>();

		private final Set<String> lost = new HashSet<>();

		private @Nullable ConfigDocuments pending;

		private ConnectionState told = ConnectionState.CONNECTED;

		private boolean delivering;

		private boolean closed;

		Joined(ConfigListener listener, Map<String, Set<DocumentId>> wanted) {
			this.listener = listener;
			this.wanted = wanted;
		}

		void start() {
			this.wanted.forEach((namespace, ids) -> {
				Subscription watch = SeveralNamespaces.this.source.watch(ids, new ConfigListener() {

					@Override
					public void onDocuments(ConfigDocuments documents) {
						offer(namespace, documents);
					}

					@Override
					public void onConnection(ConnectionState state) {
						offer(namespace, state);
					}

				});
				synchronized (this) {
					this.watches.add(watch);
				}
			});
		}

		private void offer(String namespace, ConfigDocuments documents) {
			synchronized (this) {
				this.latest.put(namespace, documents);
				if (this.latest.size() == this.wanted.size()) {
					this.pending = together(this.latest.values());
				}
			}
			deliver();
		}

		private void offer(String namespace, ConnectionState state) {
			synchronized (this) {
				if (state == ConnectionState.CONNECTED) {
					this.lost.remove(namespace);
				}
				else {
					this.lost.add(namespace);
				}
			}
			deliver();
		}

		private void deliver() {
			synchronized (this) {
				if (this.delivering) {
					return;
				}
				this.delivering = true;
			}
			RuntimeException failure = null;
			Error error = null;
			for (Runnable next = next(); next != null; next = next()) {
				try {
					next.run();
				}
				catch (RuntimeException ex) {
					failure = ex;
				}
				catch (Error ex) {
					// Whoever stopped here would leave everybody else waiting for ever.
					error = ex;
				}
			}
			if (error != null) {
				throw error;
			}
			if (failure != null) {
				throw failure;
			}
		}

		private synchronized @Nullable Runnable next() {
			ConnectionState state = this.lost.isEmpty() ? ConnectionState.CONNECTED : ConnectionState.DISCONNECTED;
			ConfigDocuments documents = this.pending;
			if (!this.closed && state != this.told) {
				this.told = state;
				return () -> this.listener.onConnection(state);
			}
			if (!this.closed && documents != null) {
				this.pending = null;
				return () -> this.listener.onDocuments(documents);
			}
			this.delivering = false;
			return null;
		}

		@Override
		public void close() {
			List<Subscription> all;
			synchronized (this) {
				this.closed = true;
				all = List.copyOf(this.watches);
			}
			all.forEach(Subscription::close);
		}

	}

}
