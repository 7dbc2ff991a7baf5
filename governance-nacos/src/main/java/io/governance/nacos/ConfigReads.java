package io.governance.nacos;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import com.alibaba.nacos.api.config.remote.request.ConfigQueryRequest;
import com.alibaba.nacos.api.config.remote.response.ConfigQueryResponse;
import com.alibaba.nacos.api.remote.response.Response;
import org.jspecify.annotations.Nullable;

import io.governance.BackendUnavailableException;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;

/**
 * Reads documents from the server, many at once on one connection. What the server says
 * is taken as it is: there is no snapshot that could stand in for it, and "does not
 * exist" is an answer of its own. Thread-safe.
 */
final class ConfigReads {

	private static final int MAX_BATCH = 256;

	private static final int BUSY_TRIES = 20;

	private static final long BUSY_PAUSE = 25;

	private final NacosLink link;

	/* How many share one deadline: large documents need more of it than small ones. */
	private volatile int batchSize = MAX_BATCH;

	ConfigReads(NacosLink link) {
		this.link = link;
	}

	/**
	 * Reads documents.
	 * @param ids the documents
	 * @return what the server says of each
	 * @throws BackendUnavailableException if the server cannot be asked
	 */
	Map<DocumentId, Result> read(Collection<DocumentId> ids) {
		List<DocumentId> all = List.copyOf(ids);
		Map<DocumentId, Result> results = new LinkedHashMap<>();
		for (int from = 0; from < all.size();) {
			List<DocumentId> batch = all.subList(from, Math.min(all.size(), from + this.batchSize));
			List<ConfigQueryRequest> requests = new ArrayList<>(batch.size());
			batch.forEach((id) -> requests.add(request(id)));
			List<Response> answers = ask(batch, requests);
			for (int i = 0; i < batch.size(); i++) {
				results.put(batch.get(i), result(batch.get(i), answers.get(i)));
			}
			from += batch.size();
		}
		return results;
	}

	/**
	 * Many that fail together may have been too much for one deadline: the next time, who
	 * asks again asks for fewer of them at once.
	 */
	private List<Response> ask(List<DocumentId> batch, List<ConfigQueryRequest> requests) {
		long begun = System.nanoTime();
		try {
			List<Response> answers = this.link.callAll("read " + describe(batch), requests);
			int size = this.batchSize;
			if (batch.size() == size && System.nanoTime() - begun < this.link.timeout().toNanos() / 8) {
				this.batchSize = Math.min(MAX_BATCH, size * 2);
			}
			return answers;
		}
		catch (BackendUnavailableException ex) {
			if (batch.size() > 1) {
				this.batchSize = Math.max(1, batch.size() / 4);
			}
			throw ex;
		}
	}

	/**
	 * Reads one document.
	 * @param id the document
	 * @return its state
	 * @throws BackendUnavailableException if the server cannot be asked
	 */
	DocumentState read(DocumentId id) {
		return Objects.requireNonNull(read(List.of(id)).get(id)).get();
	}

	private static String describe(List<DocumentId> ids) {
		return (ids.size() == 1) ? "document " + ids.get(0) : ids.size() + " documents, " + ids.get(0) + " first";
	}

	private static ConfigQueryRequest request(DocumentId id) {
		return ConfigQueryRequest.build(id.name(), NacosNames.group(id.group()), NacosNames.namespace(id.namespace()));
	}

	private Result result(DocumentId id, Response answer) {
		try {
			Response current = answer;
			for (int i = 0; i < BUSY_TRIES && current.getErrorCode() == ConfigQueryResponse.CONFIG_QUERY_CONFLICT
					&& current instanceof ConfigQueryResponse; i++) {
				TimeUnit.MILLISECONDS.sleep(BUSY_PAUSE);
				current = this.link.callAll("read document " + id, List.of(request(id))).get(0);
			}
			return new Result(state(id, current), null);
		}
		catch (BackendUnavailableException ex) {
			return new Result(null, ex);
		}
		catch (IllegalArgumentException ex) {
			return new Result(null, this.link.refused("read document " + id, String.valueOf(ex.getMessage())));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return new Result(null, this.link.refused("read document " + id, "interrupted"));
		}
	}

	private DocumentState state(DocumentId id, Response answer) {
		String what = "read document " + id;
		this.link.checkNamespace(what, id.namespace());
		if (answer instanceof ConfigQueryResponse response && !response.isSuccess()
				&& response.getErrorCode() == ConfigQueryResponse.CONFIG_NOT_FOUND) {
			return DocumentState.ABSENT;
		}
		ConfigQueryResponse response = this.link.check(what, answer, ConfigQueryResponse.class);
		if (!response.isSuccess() || response.getContent() == null) {
			throw this.link.refused(what, "the server said " + response.getErrorCode() + " " + response.getMessage());
		}
		byte[] content = response.getContent().getBytes(StandardCharsets.UTF_8);
		return new DocumentState(ConfigDocument.of(id, content, Md5.revision(content)), response.getLastModified());
	}

	/** What the server said of one document: its state, or why it does not tell. */
	record Result(@Nullable DocumentState state, @Nullable BackendUnavailableException failure) {

		/**
		 * The state.
		 * @return the state
		 * @throws BackendUnavailableException if the server did not tell
		 */
		DocumentState get() {
			if (this.state == null) {
				throw (this.failure != null) ? this.failure : new IllegalStateException("Neither state nor failure");
			}
			return this.state;
		}

	}

}
