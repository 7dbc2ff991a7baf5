package io.governance.consul;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.Watches;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;

/**
 * Config as Spring Cloud Consul keeps it, to be read only. A document
 * {@code {context}.kv} is made of all keys below {@code {group}/{context}/}, as
 * properties; a document {@code {context}.data} is what the key
 * {@code {group}/{context}/data} holds. A context is the name of an application, or
 * {@code {application}:{profile}}, which lies under {@code {application},{profile}}.
 */
final class SpringCloudConsulConfig implements ConfigSource {

	/** What stands for this layout in settings. */
	static final String LAYOUT = "spring-cloud-consul";

	private static final String PROPERTIES = ".kv";

	private static final String DATA = ".data";

	private static final int TRIES = 8;

	private final ConsulClient client;

	private final WatchThreads threads;

	private final Watches<Set<DocumentId>, ConfigDocuments> watches;

	SpringCloudConsulConfig(ConsulClient client, WatchThreads threads, Executor listeners, ConnectionLog log) {
		this.client = client;
		this.threads = threads;
		this.watches = new Watches<>(listeners, log, ConfigDocuments::sameContent,
				(ids, sink) -> this.threads.start(new FolderWatch(ids, sink)));
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		return read(ids, Set.of(), false).documents();
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		if (ids.isEmpty()) {
			throw new IllegalArgumentException("There is nothing to watch");
		}
		ids.forEach(SpringCloudConsulConfig::prefix);
		return this.watches.watch(Set.copyOf(ids), ids.size() + " documents of Spring Cloud Consul",
				listener::onDocuments, listener::onConnection);
	}

	@Override
	public void close() {
		this.watches.close();
	}

	/**
	 * Reads all of them, as they were in one moment unless they are more than fit
	 * together.
	 * @param ids the documents
	 * @param before the keys that there were
	 * @param certain whether to read consistently whatever the settings say
	 * @return what there is
	 * @throws BackendUnavailableException if no agent answers, or if keys are missing
	 * that there are, or that the token may not read
	 */
	private Folders read(Set<DocumentId> ids, Set<String> before, boolean certain) {
		AbsentKeys absent = new AbsentKeys((request) -> ask(request, certain));
		for (int i = 0; i < TRIES; i++) {
			Folders found = read(ids, certain);
			Set<String> missing = new HashSet<>(before);
			missing.removeAll(found.keys());
			if (found.keys().isEmpty()) {
				ids.forEach((id) -> missing.add(prefix(id)));
			}
			// What is there had come meanwhile, or the token may read it again.
			if (absent.among(missing).equals(missing)) {
				return found;
			}
		}
		throw new BackendUnavailableException(this.client.name(), "Consul leaves out of folders what there is in them, "
				+ TRIES + " times in a row: check that nothing in between alters answers", null);
	}

	private Folders read(Set<DocumentId> ids, boolean certain) {
		List<ConfigDocument> documents = new ArrayList<>();
		Set<String> keys = new HashSet<>();
		List<DocumentId> order = List.copyOf(ids);
		for (int from = 0; from < order.size(); from += ConsulTransaction.MAX_OPERATIONS) {
			List<DocumentId> part = order.subList(from,
					Math.min(order.size(), from + ConsulTransaction.MAX_OPERATIONS));
			ConsulTransaction transaction = new ConsulTransaction();
			part.forEach((id) -> transaction.getTree(prefix(id)));
			ConsulAnswer answer = ask(transaction.read(), certain);
			ConsulTransaction.Result result = ConsulTransaction.result(answer);
			if (!result.isDone()) {
				throw answer.nonsense("a refusal to read");
			}
			keys.addAll(result.values().keySet());
			for (DocumentId id : part) {
				ConfigDocument document = document(id, result.values().values());
				if (document != null) {
					documents.add(document);
				}
			}
		}
		return new Folders(ConfigDocuments.of(documents), keys);
	}

	private ConsulAnswer ask(ConsulRequest request, boolean certain) {
		return certain ? this.client.readConsistent(request) : this.client.read(request);
	}

	private static @Nullable ConfigDocument document(DocumentId id, Collection<KeyValue> values) {
		String prefix = prefix(id);
		if (!id.name().endsWith(PROPERTIES)) {
			return values.stream()
				.filter((value) -> value.key().equals(prefix))
				.findFirst()
				.map((value) -> ConfigDocument.of(id, value.value(), Revision.of(value.modifyIndex())))
				.orElse(null);
		}
		ByteArrayOutputStream text = new ByteArrayOutputStream();
		long index = 0;
		for (KeyValue value : values) {
			if (value.key().startsWith(prefix) && !value.key().endsWith("/")) {
				String key = value.key().substring(prefix.length()).replace('/', '.');
				write(key.getBytes(StandardCharsets.UTF_8), "\\ \t\f\n\r=:#!", text);
				text.write('=');
				write(value.value(), "\\\f\n\r", text);
				text.write('\n');
				index = Math.max(index, value.modifyIndex());
			}
		}
		return (text.size() > 0) ? ConfigDocument.of(id, text.toByteArray(), Revision.of(index)) : null;
	}

	/** Writes a key or a value of a line of properties. */
	private static void write(byte[] part, String special, ByteArrayOutputStream text) {
		for (int i = 0; i < part.length; i++) {
			byte c = part[i];
			boolean leadingBlank = i == 0 && (c == ' ' || c == '\t');
			if (c >= 0 && (special.indexOf(c) >= 0 || leadingBlank)) {
				text.write('\\');
				text.write(switch (c) {
					case '\n' -> 'n';
					case '\r' -> 'r';
					case '\f' -> 'f';
					case '\t' -> 't';
					default -> c;
				});
			}
			else {
				text.write(c);
			}
		}
	}

	private static String prefix(DocumentId id) {
		String name = id.name();
		if (name.endsWith(PROPERTIES)) {
			return folder(id, PROPERTIES);
		}
		if (name.endsWith(DATA)) {
			return folder(id, DATA) + "data";
		}
		throw new IllegalArgumentException("Document " + id + " is not one of Spring Cloud Consul: its name ends with "
				+ PROPERTIES + " or " + DATA);
	}

	private static String folder(DocumentId id, String extension) {
		String context = id.name().substring(0, id.name().length() - extension.length());
		return id.group() + "/" + context.replace(':', ',') + "/";
	}

	/**
	 * What there is in folders.
	 *
	 * @param documents what is made of it
	 * @param keys of all that lies there
	 */
	private record Folders(ConfigDocuments documents, Set<String> keys) {

	}

	/** Several folders, which are read when something changes near them. */
	private final class FolderWatch implements WatchLoop.Watch {

		private final Set<DocumentId> ids;

		private final Watches.Sink<ConfigDocuments> sink;

		private final String prefix;

		private @Nullable Folders last;

		FolderWatch(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink) {
			this.ids = ids;
			this.sink = sink;
			Set<String> groups = new HashSet<>();
			ids.forEach((id) -> groups.add(id.group()));
			this.prefix = (groups.size() == 1) ? groups.iterator().next() + "/" : "";
		}

		@Override
		public ConsulRequest request() {
			return ConsulRequest.key(this.prefix).with("keys").with("separator=%2F");
		}

		@Override
		public boolean takesPart() {
			return true;
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			Folders now = read(this.ids, (this.last != null) ? this.last.keys() : Set.of(), true);
			boolean news = !now.equals(this.last);
			this.last = now;
			this.sink.offer(now.documents());
			return news;
		}

		@Override
		public void onLost(String reason) {
			this.sink.lost(reason);
		}

	}

}
