package io.governance.etcd;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Response;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Reads many keys at one revision, in as many calls as their number and size take. All
 * reads are linearizable and held against the {@link Timeline}. Thread-safe.
 */
final class EtcdReader {

	/** What etcd takes in one transaction, unless it was told otherwise. */
	static final int MAX_OPS = 128;

	private static final int PAGE = 500;

	/** This many of the largest values that etcd takes fit into one answer. */
	private static final int MIN_PAGE = EtcdClient.MAX_ANSWER_BYTES / (2 * 1024 * 1024);

	private static final int KEYS_PAGE = 10_000;

	private static final int RESTARTS = 3;

	private final EtcdClient client;

	private final Timeline timeline;

	/**
	 * How many keys to ask for at once; shrinks for good once an answer was too large.
	 */
	private volatile int page = PAGE;

	private volatile int ops = MAX_OPS;

	EtcdReader(EtcdClient client, Timeline timeline) {
		this.client = client;
		this.timeline = timeline;
	}

	/** Reads a range. */
	CompletableFuture<Snapshot> read(KeyRange range) {
		return restarting(() -> new RangeRead(range, false, this.page).run(), RESTARTS);
	}

	/** Reads the keys of a range without their values. */
	CompletableFuture<Snapshot> readKeys(KeyRange range) {
		return restarting(() -> new RangeRead(range, true, KEYS_PAGE).run(), RESTARTS);
	}

	/** Reads single keys. */
	CompletableFuture<Snapshot> read(Collection<String> keys) {
		return restarting(() -> new KeysRead(List.copyOf(keys), this.timeline.seen()).run(), RESTARTS);
	}

	/**
	 * Reads single keys as the server has them, even if that is an older state than was
	 * seen: for what this process has written itself.
	 */
	CompletableFuture<Snapshot> readAnyhow(Collection<String> keys) {
		return restarting(() -> new KeysRead(List.copyOf(keys), null).run(), RESTARTS);
	}

	/** Asks for nothing but the header: whether the cluster answers, and where it is. */
	CompletableFuture<Timeline.Position> probe(KeyRange range) {
		Timeline.Position before = this.timeline.seen();
		return this.client
			.call((client) -> client.getKVClient()
				.get(range.first(), GetOption.builder().withRange(range.last()).withCountOnly(true).build()))
			.thenApply((answer) -> this.timeline.check(before, answer.getHeader()));
	}

	/** A revision of which a part was read may be compacted before the rest was. */
	private static CompletableFuture<Snapshot> restarting(Supplier<CompletableFuture<Snapshot>> reading, int restarts) {
		return reading.get()
			.exceptionallyCompose(
					(thrown) -> (restarts > 0 && EtcdFailure.of(thrown).kind() == EtcdFailure.Kind.COMPACTED)
							? restarting(reading, restarts - 1) : CompletableFuture.failedFuture(thrown));
	}

	private static boolean isTooLarge(Throwable thrown) {
		return EtcdFailure.of(thrown).kind() == EtcdFailure.Kind.ANSWER_TOO_LARGE;
	}

	/** One read that is under way; its steps follow each other. */
	private abstract class Read {

		final TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();

		private final Timeline.@Nullable Position before;

		private Timeline.@Nullable Position position;

		/** How much is asked for at once. */
		int size;

		Read(Timeline.@Nullable Position before, int size) {
			this.before = before;
			this.size = size;
		}

		abstract CompletableFuture<Snapshot> run();

		/** Has later reads begin with what this one has come down to. */
		abstract void remember();

		CompletableFuture<Snapshot> smaller(Throwable thrown) {
			if (!isTooLarge(thrown) || this.size <= MIN_PAGE) {
				return CompletableFuture.failedFuture(thrown);
			}
			this.size = Math.max(MIN_PAGE, this.size / 4);
			remember();
			return run();
		}

		long revision() {
			return (this.position != null) ? this.position.revision() : 0;
		}

		void begun(Response.Header header) {
			if (this.position == null) {
				this.position = (this.before != null) ? EtcdReader.this.timeline.check(this.before, header)
						: new Timeline.Position(0, header.getClusterId(), header.getRevision());
			}
			else if (header.getClusterId() != this.position.cluster()) {
				throw new StaleStateException("its members belong to different clusters");
			}
		}

		void take(List<KeyValue> kvs) {
			kvs.forEach((kv) -> this.entries.put(kv.getKey().toString(UTF_8), Snapshot.Entry.of(kv)));
		}

		Snapshot done() {
			if (this.position == null) {
				throw new IllegalStateException("Nothing was read");
			}
			return new Snapshot(this.position, this.entries);
		}

	}

	private final class RangeRead extends Read {

		private final KeyRange range;

		private final boolean keysOnly;

		private ByteSequence from;

		RangeRead(KeyRange range, boolean keysOnly, int limit) {
			super(EtcdReader.this.timeline.seen(), limit);
			this.range = range;
			this.keysOnly = keysOnly;
			this.from = range.first();
		}

		@Override
		CompletableFuture<Snapshot> run() {
			GetOption option = GetOption.builder()
				.withRange(this.range.last())
				.withLimit(this.size)
				.withKeysOnly(this.keysOnly)
				.withRevision(revision())
				.build();
			return EtcdReader.this.client.call((client) -> client.getKVClient().get(this.from, option))
				.thenCompose(this::next)
				.exceptionallyCompose(this::smaller);
		}

		private CompletableFuture<Snapshot> next(GetResponse page) {
			begun(page.getHeader());
			take(page.getKvs());
			if (!page.isMore() || page.getKvs().isEmpty()) {
				return CompletableFuture.completedFuture(done());
			}
			ByteSequence last = page.getKvs().get(page.getKvs().size() - 1).getKey();
			this.from = last.concat(ByteSequence.from(new byte[] { 0 }));
			return run();
		}

		@Override
		void remember() {
			EtcdReader.this.page = Math.min(EtcdReader.this.page, this.size);
		}

	}

	private final class KeysRead extends Read {

		private final List<String> keys;

		private int from;

		KeysRead(List<String> keys, Timeline.@Nullable Position before) {
			super(before, EtcdReader.this.ops);
			this.keys = keys;
		}

		@Override
		CompletableFuture<Snapshot> run() {
			int to = Math.min(this.keys.size(), this.from + this.size);
			GetOption option = GetOption.builder().withRevision(revision()).build();
			List<Op> gets = new ArrayList<>();
			this.keys.subList(this.from, to).forEach((key) -> gets.add(Op.get(KeyRange.bytes(key), option)));
			return EtcdReader.this.client
				.call((client) -> client.getKVClient().txn().Then(gets.toArray(Op[]::new)).commit())
				.thenCompose((answer) -> next(answer, to))
				.exceptionallyCompose(this::smaller);
		}

		private CompletableFuture<Snapshot> next(TxnResponse answer, int to) {
			begun(answer.getHeader());
			answer.getGetResponses().forEach((one) -> take(one.getKvs()));
			this.from = to;
			return (to == this.keys.size()) ? CompletableFuture.completedFuture(done()) : run();
		}

		@Override
		void remember() {
			EtcdReader.this.ops = Math.min(EtcdReader.this.ops, this.size);
		}

	}

}
