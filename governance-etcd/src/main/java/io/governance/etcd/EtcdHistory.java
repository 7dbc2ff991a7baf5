package io.governance.etcd;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.governance.backend.support.HistoryRecord;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Revision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Earlier versions of documents: {@code entries/} in the order of their revisions, and
 * the contents they name in {@code blobs/}, each under its digest. The newest
 * {@link #MAX_ENTRIES} are kept.
 */
final class EtcdHistory {

	static final int MAX_ENTRIES = 100;

	private static final Logger logger = LoggerFactory.getLogger(EtcdHistory.class);

	private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

	private static final String READ = "read the history";

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Keys keys;

	EtcdHistory(EtcdClient client, EtcdReader reader, Keys keys) {
		this.client = client;
		this.reader = reader;
		this.keys = keys;
	}

	String newEntry(DocumentId id, Instant now, RandomGenerator random) {
		long micros = ChronoUnit.MICROS.between(Instant.EPOCH, now);
		return this.keys.entries(id) + String.format(Locale.ROOT, "%020d-", micros)
				+ HexFormat.of().toHexDigits(random.nextInt());
	}

	/** Writes contents unless they are there, all at once. */
	void keep(Map<String, byte[]> contents) {
		List<CompletableFuture<TxnResponse>> written = new ArrayList<>();
		contents.forEach((blob, content) -> {
			ByteSequence key = KeyRange.bytes(blob);
			written.add(this.client.call((client) -> client.getKVClient()
				.txn()
				.If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.version(0)))
				.Then(Op.put(key, ByteSequence.from(content), PutOption.DEFAULT))
				.commit()));
		});
		written.forEach((answer) -> this.client.await("publish", answer));
	}

	List<HistoryEntry> entries(DocumentId id, int limit) {
		KeyRange range = KeyRange.below(this.keys.entries(id));
		GetOption option = GetOption.builder()
			.withRange(range.last())
			.withSortField(GetOption.SortTarget.MOD)
			.withSortOrder(GetOption.SortOrder.DESCEND)
			.withLimit(Math.min(limit, MAX_ENTRIES))
			.build();
		List<HistoryEntry> entries = new ArrayList<>();
		for (KeyValue kv : this.client.ask(READ, (client) -> client.getKVClient().get(range.first(), option))
			.getKvs()) {
			String key = kv.getKey().toString(UTF_8).substring(range.start().length());
			try {
				HistoryRecord record = HistoryRecord.parse(kv.getValue().getBytes());
				Revision revision = record.digest().isEmpty() ? Revision.ABSENT : Revision.of(kv.getModRevision());
				entries.add(new HistoryEntry(id, revision, record.time(), record.author(), record.digest(), key));
			}
			catch (IllegalArgumentException ex) {
				logger.warn("History entry {} of document {} is damaged and left out", key, id);
			}
		}
		return List.copyOf(entries);
	}

	Optional<ConfigDocument> version(HistoryEntry entry) {
		if (entry.deletion() || !DIGEST.matcher(entry.digest()).matches()) {
			return Optional.empty();
		}
		ByteSequence key = KeyRange.bytes(this.keys.blob(entry.id(), entry.digest()));
		return this.client.ask(READ, (client) -> client.getKVClient().get(key))
			.getKvs()
			.stream()
			.map((kv) -> ConfigDocument.of(entry.id(), kv.getValue().getBytes(), entry.revision()))
			.filter((document) -> document.digest().equals(entry.digest()))
			.findFirst();
	}

	/** Forgets what is too old, as far as nothing keeps it from that. */
	void prune(List<DocumentId> ids) {
		try {
			Op[] counts = ids.stream().map(this::count).toArray(Op[]::new);
			TxnResponse counted = this.client.ask("count the history",
					(client) -> client.getKVClient().txn().Then(counts).commit());
			List<GetResponse> answers = counted.getGetResponses();
			for (int i = 0; i < ids.size(); i++) {
				if (answers.get(i).getCount() > MAX_ENTRIES) {
					prune(ids.get(i));
				}
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Old history of {} is kept until the next publish", ids, ex);
		}
	}

	private Op count(DocumentId id) {
		KeyRange range = KeyRange.below(this.keys.entries(id));
		return Op.get(range.first(), GetOption.builder().withRange(range.last()).withCountOnly(true).build());
	}

	/** Only while nobody publishes the document: what is named from then on must stay. */
	private void prune(DocumentId id) {
		String document = this.keys.document(id);
		Snapshot now = this.client.await(READ, this.reader.readAnyhow(List.of(document)));
		Snapshot.Entry current = now.entries().get(document);
		Snapshot entries = this.client.await(READ, this.reader.read(KeyRange.below(this.keys.entries(id))));
		Snapshot blobs = this.client.await(READ, this.reader.readKeys(KeyRange.below(this.keys.blobs(id))));
		List<Map.Entry<String, Snapshot.Entry>> newestFirst = new ArrayList<>(entries.entries().entrySet());
		newestFirst
			.sort(Comparator.comparingLong((Map.Entry<String, Snapshot.Entry> entry) -> entry.getValue().modified())
				.reversed());
		Set<String> unwanted = new HashSet<>(blobs.entries().keySet());
		newestFirst.subList(0, Math.min(MAX_ENTRIES, newestFirst.size()))
			.forEach((entry) -> unwanted.remove(this.keys.blob(id, digestOf(entry.getValue().value()))));
		newestFirst.subList(Math.min(MAX_ENTRIES, newestFirst.size()), newestFirst.size())
			.forEach((entry) -> unwanted.add(entry.getKey()));
		Op[] deletions = unwanted.stream()
			.limit(EtcdReader.MAX_OPS)
			.map((key) -> Op.delete(KeyRange.bytes(key), DeleteOption.DEFAULT))
			.toArray(Op[]::new);
		Cmp unchanged = new Cmp(KeyRange.bytes(document), Cmp.Op.EQUAL,
				CmpTarget.modRevision((current != null) ? current.modified() : 0));
		this.client.ask("forget old history",
				(client) -> client.getKVClient().txn().If(unchanged).Then(deletions).commit());
	}

	private static String digestOf(byte[] entry) {
		try {
			return HistoryRecord.parse(entry).digest();
		}
		catch (IllegalArgumentException ex) {
			return "";
		}
	}

}
