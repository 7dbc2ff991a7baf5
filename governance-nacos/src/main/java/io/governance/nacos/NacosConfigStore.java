package io.governance.nacos;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import com.alibaba.nacos.api.config.remote.request.ConfigPublishRequest;
import com.alibaba.nacos.api.config.remote.request.ConfigRemoveRequest;
import com.alibaba.nacos.api.config.remote.response.ConfigPublishResponse;
import com.alibaba.nacos.api.config.remote.response.ConfigRemoveResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.Watches;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigStore;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.config.PublishLimits;
import io.governance.config.Revision;

/**
 * Documents as Nacos keeps them: namespace, group and data id are what it calls them. A
 * revision is the MD5 of the content.
 */
final class NacosConfigStore implements ConfigStore {

	/** The server takes ten times as much, but a document is a thing that people edit. */
	static final PublishLimits LIMITS = new PublishLimits(1024 * 1024, 1, 1024 * 1024);

	private static final int MAX_NAME = 128;

	private static final int MAX_COMMENT = 128;

	private static final long VISIBLE_NANOS = TimeUnit.SECONDS.toNanos(5);

	private static final long REFUSED_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long OVERTAKEN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private static final long VISIBLE_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long MAX_VISIBLE_PAUSE = TimeUnit.MILLISECONDS.toNanos(40);

	private static final Set<String> TYPES = Set.of("properties", "xml", "json", "text", "html", "yaml", "toml");

	private final NacosLink link;

	private final NacosAdmin admin;

	private final NacosHistory history;

	private final ConfigReads reads;

	private final ConfigWatches upstream;

	private final Watches<Set<DocumentId>, ConfigDocuments> watches;

	NacosConfigStore(NacosLink link, NacosAdmin admin, ConfigReads reads, ConfigWatches upstream,
			Watches<Set<DocumentId>, ConfigDocuments> watches) {
		this.link = link;
		this.admin = admin;
		this.history = new NacosHistory(admin);
		this.reads = reads;
		this.upstream = upstream;
		this.watches = watches;
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		checkNamespace(ids);
		List<ConfigDocument> documents = new ArrayList<>();
		this.reads.read(ids).forEach((id, result) -> {
			ConfigDocument document = this.upstream.newest(id, result.get()).document();
			if (document != null) {
				documents.add(document);
			}
		});
		return ConfigDocuments.of(documents);
	}

	private static void checkNamespace(Set<DocumentId> ids) {
		if (ids.stream().map(DocumentId::namespace).distinct().count() > 1) {
			throw new IllegalArgumentException(
					"The documents are in several namespaces: read and watch each namespace on its own");
		}
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		checkNamespace(ids);
		Set<DocumentId> sorted = new TreeSet<>(ids);
		return this.watches.watch(sorted,
				(sorted.size() == 1) ? "document " + sorted.iterator().next() : sorted.size() + " documents",
				listener::onDocuments, listener::onConnection);
	}

	@Override
	public PublishLimits limits() {
		return LIMITS;
	}

	@Override
	public List<DocumentId> list(String namespace, String group) {
		String nacosGroup = NacosNames.group(group);
		new DocumentId(namespace, group, "any");
		List<DocumentId> ids = new ArrayList<>();
		for (JsonNode item : this.admin.list(
				"list " + namespace + "/" + group, "/cs/config/list", Map.of("namespaceId",
						NacosNames.namespace(namespace), "groupName", nacosGroup, "dataId", "", "search", "accurate"),
				Integer.MAX_VALUE)) {
			if (item.path("groupName").asString("").equals(nacosGroup)) {
				idOf(namespace, group, item.path("dataId").asString("")).ifPresent(ids::add);
			}
		}
		return ids.stream().distinct().sorted().toList();
	}

	@Override
	public List<String> groups(String namespace) {
		new DocumentId(namespace, DocumentId.DEFAULT, "any");
		Set<String> groups = new TreeSet<>();
		for (JsonNode item : this.admin.list("list " + namespace, "/cs/config/list",
				Map.of("namespaceId", NacosNames.namespace(namespace), "groupName", "", "dataId", "", "search", "blur"),
				Integer.MAX_VALUE)) {
			idOf(namespace, NacosNames.ownGroup(item.path("groupName").asString("")), item.path("dataId").asString(""))
				.ifPresent((id) -> groups.add(id.group()));
		}
		return List.copyOf(groups);
	}

	private static Optional<DocumentId> idOf(String namespace, String group, String name) {
		try {
			return Optional.of(new DocumentId(namespace, group, name));
		}
		catch (IllegalArgumentException ex) {
			// Somebody else's, with a name that no document of ours can have.
			return Optional.empty();
		}
	}

	@Override
	public List<Revision> publish(List<Publication> publications, Author author) {
		if (publications.stream().map(Publication::id).distinct().count() > 1) {
			throw new UnsupportedOperationException(
					"Nacos publishes one document at a time: publish these " + publications.size() + " one by one");
		}
		LIMITS.check(publications);
		return publications.stream().map((publication) -> publish(publication, author)).toList();
	}

	private Revision publish(Publication publication, Author author) {
		if (publication.deletes()) {
			return delete(publication);
		}
		DocumentId id = publication.id();
		if (Revision.ABSENT.equals(publication.expected())) {
			throw new UnsupportedOperationException("Nacos cannot create document " + id
					+ " on the condition that it does not exist: publish it without expecting anything");
		}
		String text = new String(publication.content(), StandardCharsets.UTF_8);
		if (text.isBlank()) {
			throw new UnsupportedOperationException("Nacos keeps no empty documents: delete document " + id
					+ " instead, or let it hold at least a comment");
		}
		if (publication.expected() != null && !Md5.isRevision(publication.expected())) {
			// The server would take what is no MD5 for no expectation.
			throw new ConflictException(id, publication.expected());
		}
		Revision revision = Md5.revision(publication.content());
		String before = this.reads.read(id).md5();
		ConfigPublishResponse answer = this.link.call("publish document " + id, request(publication, text, author),
				ConfigPublishResponse.class);
		if (!answer.isSuccess()) {
			throw refused(publication, answer);
		}
		Revision expected = publication.expected();
		if (expected != null && this.link.isOfOldServer()) {
			checkWritten(id, before, revision, expected);
		}
		else {
			awaitVisible(id, before, revision.value(), VISIBLE_NANOS);
		}
		return revision;
	}

	private static ConfigPublishRequest request(Publication publication, String text, Author author) {
		DocumentId id = publication.id();
		ConfigPublishRequest request = new ConfigPublishRequest(id.name(), NacosNames.group(id.group()),
				NacosNames.namespace(id.namespace()), text);
		Revision expected = publication.expected();
		request.setCasMd5((expected != null) ? expected.value() : null);
		String extension = id.extension().equals("yml") ? "yaml" : id.extension();
		request.putAdditionalParam("type", TYPES.contains(extension) ? extension : "text");
		request.putAdditionalParam("src_user", cut(author.name(), MAX_NAME));
		request.putAdditionalParam("desc", cut(author.comment(), MAX_COMMENT));
		return request;
	}

	private static String cut(String text, int max) {
		return (text.length() > max) ? text.substring(0, max) : text;
	}

	/** The code says little, the words of the server have changed: look for oneself. */
	private RuntimeException refused(Publication publication, ConfigPublishResponse answer) {
		DocumentId id = publication.id();
		Revision expected = publication.expected();
		String message = String.valueOf(answer.getMessage());
		if (expected != null
				&& (message.contains("Cas publish fail") || !this.reads.read(id).md5().equals(expected.value()))) {
			return new ConflictException(id, expected);
		}
		return this.link.refused("publish document " + id, "the server said " + answer.getErrorCode() + " " + message);
	}

	/**
	 * A server before version 3 with its embedded database compares, but says yes in
	 * either case: only what it holds afterwards tells whether it has written.
	 */
	private void checkWritten(DocumentId id, String before, Revision written, Revision expected) {
		boolean possible = before.equals(expected.value());
		String after = awaitVisible(id, before, written.value(), possible ? VISIBLE_NANOS : REFUSED_NANOS);
		if (after == null || (after.equals(before) && possible && !written.equals(expected))) {
			throw this.link.refused("publish document " + id,
					"the server said yes, but it cannot be seen whether it was written");
		}
		if (!after.equals(written.value()) || (after.equals(before) && !possible)) {
			throw new ConflictException(id, expected);
		}
	}

	private Revision delete(Publication publication) {
		DocumentId id = publication.id();
		if (publication.expected() != null) {
			throw new UnsupportedOperationException("Nacos cannot delete document " + id
					+ " on the condition that it is at a revision: delete it without expecting anything");
		}
		String what = "delete document " + id;
		String before = this.reads.read(id).md5();
		ConfigRemoveResponse answer = this.link.call(what, new ConfigRemoveRequest(id.name(),
				NacosNames.group(id.group()), NacosNames.namespace(id.namespace()), null), ConfigRemoveResponse.class);
		if (!answer.isSuccess()) {
			throw this.link.refused(what, "the server said " + answer.getErrorCode() + " " + answer.getMessage());
		}
		awaitVisible(id, before, "", VISIBLE_NANOS);
		return Revision.ABSENT;
	}

	/**
	 * The server tells what it has written only a moment later; who reads after having
	 * published reads that. If it tells of something else, somebody may have been faster.
	 * Returns what is there in the end, or null if that cannot be read.
	 */
	private @Nullable String awaitVisible(DocumentId id, String before, String written, long nanos) {
		long deadline = System.nanoTime() + nanos;
		long pause = VISIBLE_PAUSE;
		try {
			String seen = this.reads.read(id).md5();
			while (!seen.equals(written) && System.nanoTime() - deadline < 0
					&& !Thread.currentThread().isInterrupted()) {
				LockSupport.parkNanos(pause);
				pause = Math.min(2 * pause, MAX_VISIBLE_PAUSE);
				seen = this.reads.read(id).md5();
				if (!seen.equals(before)) {
					deadline = Math.min(deadline, System.nanoTime() + OVERTAKEN_NANOS);
				}
			}
			return seen;
		}
		catch (BackendUnavailableException ex) {
			// It is written, whether it can be read now or not.
			return null;
		}
	}

	@Override
	public List<HistoryEntry> history(DocumentId id, int limit) {
		return this.history.entries(id, limit);
	}

	@Override
	public Optional<ConfigDocument> version(HistoryEntry entry) {
		return this.history.version(entry);
	}

	@Override
	public void close() {
		this.watches.close();
		this.upstream.close();
	}

}
