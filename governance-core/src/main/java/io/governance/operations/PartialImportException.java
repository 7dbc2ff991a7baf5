package io.governance.operations;

import java.util.List;

import io.governance.GovernanceException;
import io.governance.config.DocumentId;

/**
 * An import came to a halt after some documents were written, on a backend that does not
 * take all of them at once. Importing again goes on where it has stopped.
 */
public class PartialImportException extends GovernanceException {

	private final List<DocumentId> done;

	PartialImportException(List<DocumentId> done, int all, RuntimeException cause) {
		super("The import stopped after " + done.size() + " of " + all + " documents; import again to go on: "
				+ cause.getMessage(), cause);
		this.done = List.copyOf(done);
	}

	/**
	 * The documents that were written or deleted.
	 * @return their ids
	 */
	public List<DocumentId> done() {
		return this.done;
	}

}
