package io.governance.operations;

import java.util.List;

import io.governance.config.DocumentId;
import io.governance.config.Publication;

/**
 * What an import would do.
 *
 * @param namespace where the documents go
 * @param steps what happens to each document, in the order of their ids
 */
public record ImportPlan(String namespace, List<Step> steps) {

	/**
	 * Creates a plan from a copy of the steps.
	 */
	public ImportPlan {
		steps = List.copyOf(steps);
	}

	/**
	 * What is to be written.
	 * @return the publications of the steps that change something
	 */
	public List<Publication> changes() {
		return this.steps.stream().filter((step) -> step.kind() != Kind.KEEP).map(Step::publication).toList();
	}

	/**
	 * What happens to a document.
	 *
	 * @param kind what happens
	 * @param publication how; expects what was read, as far as the backend can compare
	 */
	public record Step(Kind kind, Publication publication) {

		/**
		 * The document.
		 * @return its id
		 */
		public DocumentId id() {
			return this.publication.id();
		}

	}

	/**
	 * What happens to a document.
	 */
	public enum Kind {

		/** It is not there yet. */
		CREATE,

		/** It is there with other content. */
		CHANGE,

		/** It is there and not in the archive. */
		DELETE,

		/** It is there already as it is in the archive, and is left alone. */
		KEEP

	}

}
