package io.governance.nacos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import com.alibaba.nacos.api.config.remote.request.ConfigBatchListenRequest;
import com.alibaba.nacos.api.config.remote.request.ConfigChangeNotifyRequest;
import com.alibaba.nacos.api.config.remote.response.ConfigChangeBatchListenResponse;
import com.alibaba.nacos.api.remote.request.Request;
import com.alibaba.nacos.api.remote.response.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.Watches;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;

/**
 * Watches sets of documents. A push of the server is a hint to read; so is a new
 * connection, and now and then the server is asked to compare everything, should it have
 * forgotten to tell. One thread does all of it.
 * <p>
 * What looks older than what is known is not believed before it has stayed so for a
 * while: another server of the cluster may be behind, whereas a cluster that was restored
 * stays as it is.
 */
final class ConfigWatches implements Watches.Source<Set<DocumentId>, ConfigDocuments>, WatchLoop.Work, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ConfigWatches.class);

	private static final Duration DOUBT = Duration.ofSeconds(3);

	private static final Duration DOUBT_PAUSE = Duration.ofMillis(250);

	private static final int LISTEN_BATCH = 500;

	private final NacosLink link;

	private final ConfigReads reads;

	private final WatchLoop loop;

	private final Map<DocumentId, WatchedDocument> documents = new ConcurrentHashMap<>();

	/* What follows belongs to the loop. */

	private final Set<WatchedSet> sets = new LinkedHashSet<>();

	private final Set<DocumentId> left = new HashSet<>();

	private volatile int connections;

	ConfigWatches(String backend, NacosLink link, ConfigReads reads, Duration resync) {
		this.link = link;
		this.reads = reads;
		this.loop = new WatchLoop(backend, "config", link, resync, this);
	}

	/**
	 * What is known of a document that is watched, if that is newer than what a server
	 * has just said.
	 * @param id the document
	 * @param read what the server said
	 * @return the newer of the two
	 */
	DocumentState newest(DocumentId id, DocumentState read) {
		WatchedDocument watched = this.documents.get(id);
		if (watched == null) {
			return read;
		}
		DocumentState known = watched.known;
		return (known != null && read.isOlderThan(known, isUnconfirmed(watched))) ? known : read;
	}

	/**
	 * Whether what is known was told by an earlier connection, perhaps by another server.
	 */
	private boolean isUnconfirmed(WatchedDocument watched) {
		return watched.knownOn != this.connections;
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink) {
		WatchedSet set = new WatchedSet(ids, sink, this.documents);
		this.loop.execute(() -> add(set));
		return () -> this.loop.execute(() -> remove(set));
	}

	private void add(WatchedSet set) {
		this.sets.add(set);
		for (DocumentId id : set.ids()) {
			this.left.remove(id);
			this.documents.computeIfAbsent(id, WatchedDocument::new).sets.add(set);
		}
		this.loop.begin();
		if (this.loop.isDown()) {
			set.lost(this.link.problem());
		}
		this.loop.soon(Duration.ZERO);
	}

	private void remove(WatchedSet set) {
		this.sets.remove(set);
		for (DocumentId id : set.ids()) {
			WatchedDocument watched = this.documents.get(id);
			if (watched != null && watched.sets.remove(set) && watched.sets.isEmpty()) {
				this.documents.remove(id);
				this.left.add(id);
			}
		}
		this.loop.soon(Duration.ZERO);
	}

	@Override
	public void reconnected() {
		this.connections++;
		this.left.clear();
		doubtAll();
	}

	@Override
	public void lost(String reason) {
		this.sets.forEach((set) -> set.lost(reason));
	}

	@Override
	public void failed(String reason) {
		lost(reason);
	}

	@Override
	public void pushed(Request push) {
		if (push instanceof ConfigChangeNotifyRequest change) {
			this.documents.values().stream().filter((watched) -> watched.isNamed(change)).forEach((watched) -> {
				watched.dirty = true;
				this.loop.soon(Duration.ZERO);
			});
		}
	}

	@Override
	public void doubtAll() {
		this.documents.values().forEach((watched) -> watched.listened = false);
	}

	@Override
	public void look() {
		if (!this.sets.isEmpty() || !this.left.isEmpty()) {
			listen();
			read();
			this.sets.forEach(WatchedSet::tell);
			leave();
		}
	}

	private void leave() {
		if (!this.left.isEmpty()) {
			List<DocumentId> ids = List.copyOf(this.left);
			this.left.clear();
			try {
				ask(ids, false);
			}
			catch (BackendUnavailableException ex) {
				logger.debug("The server was not told what is not watched any more; it forgets with the connection",
						ex);
			}
		}
	}

	private void listen() {
		List<DocumentId> ids = this.documents.values()
			.stream()
			.filter((watched) -> !watched.listened)
			.map((watched) -> watched.id())
			.toList();
		if (!ids.isEmpty()) {
			ask(ids, true);
		}
	}

	/**
	 * The server checks permissions by the namespace, so that each is asked for alone.
	 */
	private void ask(List<DocumentId> ids, boolean listen) {
		Map<String, List<DocumentId>> byNamespace = new TreeMap<>();
		ids.forEach((id) -> byNamespace.computeIfAbsent(id.namespace(), (name) -> new ArrayList<>()).add(id));
		byNamespace.values().forEach((some) -> {
			for (int from = 0; from < some.size(); from += LISTEN_BATCH) {
				askBatch(some.subList(from, Math.min(some.size(), from + LISTEN_BATCH)), listen);
			}
		});
	}

	private void askBatch(List<DocumentId> ids, boolean listen) {
		String what = "watch " + ids.size() + " documents, " + ids.get(0) + " first";
		ConfigBatchListenRequest request = new ConfigBatchListenRequest();
		request.setListen(listen);
		for (DocumentId id : ids) {
			WatchedDocument watched = this.documents.get(id);
			DocumentState known = (watched != null) ? watched.known : null;
			request.addConfigListenContext(NacosNames.group(id.group()), id.name(),
					NacosNames.namespace(id.namespace()), (known != null) ? known.md5() : "");
		}
		Response response = this.link.callAll(what, List.of(request)).get(0);
		ConfigChangeBatchListenResponse answer;
		try {
			answer = accepted(what, ids, response);
		}
		catch (BackendUnavailableException | IllegalArgumentException ex) {
			if (ex instanceof IllegalArgumentException && ids.size() > 1) {
				// One of them is wrong: the others are not to suffer.
				askBatch(ids.subList(0, ids.size() / 2), listen);
				askBatch(ids.subList(ids.size() / 2, ids.size()), listen);
			}
			else if (listen) {
				refuse(ids, String.valueOf(ex.getMessage()));
			}
			return;
		}
		if (listen) {
			listened(ids, answer);
		}
	}

	private ConfigChangeBatchListenResponse accepted(String what, List<DocumentId> ids, Response response) {
		this.link.checkNamespace(what, ids.get(0).namespace());
		ConfigChangeBatchListenResponse answer = this.link.check(what, response, ConfigChangeBatchListenResponse.class);
		if (!answer.isSuccess()) {
			throw this.link.refused(what, "the server said " + answer.getErrorCode() + " " + answer.getMessage());
		}
		return answer;
	}

	/** The server does not let these be watched, which says nothing of others. */
	private void refuse(List<DocumentId> ids, String reason) {
		ids.forEach((id) -> Objects.requireNonNull(this.documents.get(id)).problem = reason);
		this.loop.retry();
	}

	private void listened(List<DocumentId> ids, ConfigChangeBatchListenResponse answer) {
		Set<String> changed = new HashSet<>();
		answer.getChangedConfigs().forEach((context) -> changed.add(context.getGroup() + "\n" + context.getDataId()));
		for (DocumentId id : ids) {
			WatchedDocument watched = Objects.requireNonNull(this.documents.get(id));
			watched.listened = true;
			watched.problem = null;
			watched.dirty |= changed.contains(NacosNames.group(id.group()) + "\n" + id.name());
			if (!watched.dirty) {
				// This connection, too, says what is known.
				watched.knownOn = this.connections;
			}
		}
	}

	private void read() {
		List<WatchedDocument> dirty = this.documents.values()
			.stream()
			.filter((watched) -> watched.dirty && watched.listened)
			.toList();
		if (dirty.isEmpty()) {
			return;
		}
		Map<DocumentId, ConfigReads.Result> results = this.reads.read(dirty.stream().map((some) -> some.id()).toList());
		for (WatchedDocument watched : dirty) {
			take(watched, Objects.requireNonNull(results.get(watched.id())));
		}
	}

	private void take(WatchedDocument watched, ConfigReads.Result result) {
		DocumentState read = result.state();
		if (read == null) {
			watched.problem = (result.failure() != null) ? String.valueOf(result.failure().getMessage()) : "";
			this.loop.retry();
		}
		else if (isDoubtful(watched, read)) {
			this.loop.soon(DOUBT_PAUSE);
		}
		else {
			watched.take(read, this.connections);
			this.loop.worked();
		}
	}

	private boolean isDoubtful(WatchedDocument watched, DocumentState read) {
		DocumentState known = watched.known;
		if (known == null || !read.isOlderThan(known, isUnconfirmed(watched))) {
			return false;
		}
		long now = System.nanoTime();
		Long since = watched.doubtedSince;
		if (since == null) {
			watched.doubtedSince = now;
			return true;
		}
		if (now - since < DOUBT.toNanos()) {
			return true;
		}
		logger.info("Document {} is older on the server than it was, and stays so: it is taken as it is", watched.id());
		return false;
	}

	@Override
	public void close() {
		this.loop.close();
	}

}
