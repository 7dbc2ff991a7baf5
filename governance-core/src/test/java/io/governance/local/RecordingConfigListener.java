package io.governance.local;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.ConnectionState;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;

/** Keeps everything that a watch of documents tells. */
class RecordingConfigListener implements ConfigListener {

	final List<ConfigDocuments> deliveries = new CopyOnWriteArrayList<>();

	final List<ConnectionState> connections = new CopyOnWriteArrayList<>();

	@Override
	public void onDocuments(ConfigDocuments documents) {
		this.deliveries.add(documents);
	}

	@Override
	public void onConnection(ConnectionState state) {
		this.connections.add(state);
	}

	/** What a document was in each delivery; "-" where it did not exist. */
	List<String> texts(DocumentId id) {
		return this.deliveries.stream()
			.map((documents) -> documents.find(id).map(ConfigDocument::text).orElse("-"))
			.toList();
	}

	String latest(DocumentId id) {
		List<String> texts = texts(id);
		return texts.isEmpty() ? "nothing delivered" : texts.get(texts.size() - 1);
	}

}
