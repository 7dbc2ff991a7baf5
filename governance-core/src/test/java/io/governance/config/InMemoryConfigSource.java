package io.governance.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;

/**
 * Documents in memory. One thread delivers; what changes documents waits until that
 * thread has told everybody, unless its name ends with "Later".
 */
final class InMemoryConfigSource implements ConfigSource {

	private static final String NAMESPACE = "dev";

	private static final String GROUP = "shop";

	private final Map<DocumentId, ConfigDocument> documents = new HashMap<>();

	private final List<Watch> watches = new CopyOnWriteArrayList<>();

	private final ExecutorService deliveries = Executors.newSingleThreadExecutor((task) -> {
		Thread thread = new Thread(task, "in-memory-config");
		thread.setDaemon(true);
		return thread;
	});

	private long revision;

	private boolean down;

	static DocumentId id(String name) {
		return new DocumentId(NAMESPACE, GROUP, name);
	}

	static ConfigDocument document(String name, String text) {
		return ConfigDocument.of(id(name), text, Revision.of(1));
	}

	InMemoryConfigSource with(String name, String text) {
		put(Map.of(name, text));
		return this;
	}

	void put(String name, String text) {
		put(Map.of(name, text));
	}

	void put(Map<String, String> texts) {
		await(putLater(texts));
	}

	synchronized Future<?> putLater(Map<String, String> texts) {
		Revision next = Revision.of(++this.revision);
		texts.forEach((name, text) -> this.documents.put(id(name), ConfigDocument.of(id(name), text, next)));
		return this.deliveries.submit(this::tellAll);
	}

	void delete(String name) {
		synchronized (this) {
			this.documents.remove(id(name));
		}
		await(this.deliveries.submit(this::tellAll));
	}

	/**
	 * Tells everybody what they know already, as a server does that wakes for nothing.
	 */
	void tellAgain() {
		await(this.deliveries.submit(this::tellAll));
	}

	void goDown() {
		synchronized (this) {
			this.down = true;
		}
		await(this.deliveries
			.submit(() -> this.watches.forEach((watch) -> watch.listener.onConnection(ConnectionState.DISCONNECTED))));
	}

	void comeBack() {
		synchronized (this) {
			this.down = false;
		}
		await(this.deliveries.submit(() -> {
			this.watches.forEach((watch) -> watch.listener.onConnection(ConnectionState.CONNECTED));
			tellAll();
		}));
	}

	int watches() {
		return this.watches.size();
	}

	private void tellAll() {
		this.watches.forEach(Watch::tell);
	}

	@Override
	public synchronized ConfigDocuments get(Set<DocumentId> ids) {
		if (this.down) {
			throw new BackendUnavailableException("memory", "The memory does not answer", null);
		}
		List<ConfigDocument> found = new ArrayList<>();
		ids.forEach((id) -> {
			if (this.documents.containsKey(id)) {
				found.add(this.documents.get(id));
			}
		});
		return ConfigDocuments.of(found);
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		Watch watch = new Watch(ids, listener);
		this.watches.add(watch);
		await(this.deliveries.submit(watch::tell));
		return watch;
	}

	@Override
	public void close() {
		this.deliveries.shutdownNow();
	}

	static void await(Future<?> delivery) {
		if (Thread.currentThread().getName().equals("in-memory-config")) {
			return;
		}
		try {
			delivery.get(20, TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new AssertionError("The delivery did not end well", ex);
		}
	}

	private final class Watch implements Subscription {

		private final Set<DocumentId> ids;

		private final ConfigListener listener;

		Watch(Set<DocumentId> ids, ConfigListener listener) {
			this.ids = ids;
			this.listener = listener;
		}

		void tell() {
			ConfigDocuments now;
			try {
				now = InMemoryConfigSource.this.get(this.ids);
			}
			catch (BackendUnavailableException ex) {
				this.listener.onConnection(ConnectionState.DISCONNECTED);
				return;
			}
			this.listener.onDocuments(now);
		}

		@Override
		public void close() {
			InMemoryConfigSource.this.watches.remove(this);
			await(InMemoryConfigSource.this.deliveries.submit(() -> {
			}));
		}

	}

}
