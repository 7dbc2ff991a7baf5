package io.governance.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.ConnectionState;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;

/**
 * Keeps everything that a watch of documents tells. Thread-safe.
 */
public class RecordingConfigListener implements ConfigListener {

	/** The text of a document that does not exist. */
	public static final String ABSENT = "(absent)";

	/** The text of any document before the first delivery. */
	public static final String UNKNOWN = "(nothing delivered)";

	private final List<ConfigDocuments> deliveries = new CopyOnWriteArrayList<>();

	private final List<ConnectionState> connections = new CopyOnWriteArrayList<>();

	private final AtomicInteger calls = new AtomicInteger();

	private volatile boolean overlapped;

	@Override
	public void onDocuments(ConfigDocuments documents) {
		record(() -> this.deliveries.add(documents));
	}

	@Override
	public void onConnection(ConnectionState state) {
		record(() -> this.connections.add(state));
	}

	private void record(Runnable call) {
		if (this.calls.incrementAndGet() > 1) {
			this.overlapped = true;
		}
		call.run();
		this.calls.decrementAndGet();
	}

	/**
	 * What was delivered.
	 * @return the deliveries so far, the oldest first
	 */
	public List<ConfigDocuments> deliveries() {
		return List.copyOf(this.deliveries);
	}

	/**
	 * What was told of the connection.
	 * @return the states so far, the oldest first
	 */
	public List<ConnectionState> connections() {
		return List.copyOf(this.connections);
	}

	/**
	 * Whether a call came while another was under way, which must not be.
	 * @return {@code true} if that was seen
	 */
	public boolean overlapped() {
		return this.overlapped;
	}

	/**
	 * What a document was in each delivery.
	 * @param id the document
	 * @return its texts; {@link #ABSENT} where it did not exist
	 */
	public List<String> texts(DocumentId id) {
		return deliveries().stream()
			.map((documents) -> documents.find(id).map(ConfigDocument::text).orElse(ABSENT))
			.toList();
	}

	/**
	 * What a document was in the last delivery.
	 * @param id the document
	 * @return its text; {@link #ABSENT} or {@link #UNKNOWN} if there is none
	 */
	public String latest(DocumentId id) {
		List<String> texts = texts(id);
		return texts.isEmpty() ? UNKNOWN : texts.get(texts.size() - 1);
	}

}
