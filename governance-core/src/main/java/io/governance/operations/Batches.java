package io.governance.operations;

import java.util.ArrayList;
import java.util.List;

import io.governance.config.Publication;
import io.governance.config.PublishLimits;

/**
 * Divides publications into as few as a backend takes at once.
 */
final class Batches {

	private Batches() {
	}

	static List<List<Publication>> of(List<Publication> publications, PublishLimits limits, boolean together) {
		List<List<Publication>> batches = new ArrayList<>();
		List<Publication> open = new ArrayList<>();
		long bytes = 0;
		for (Publication publication : publications) {
			int size = publication.content().length;
			boolean full = !together || open.size() == limits.maxDocuments() || bytes + size > limits.maxTotalBytes();
			if (full && !open.isEmpty()) {
				batches.add(List.copyOf(open));
				open.clear();
				bytes = 0;
			}
			open.add(publication);
			bytes += size;
		}
		if (!open.isEmpty()) {
			batches.add(List.copyOf(open));
		}
		return batches;
	}

}
