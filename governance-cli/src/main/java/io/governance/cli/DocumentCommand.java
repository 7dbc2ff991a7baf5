package io.governance.cli;

import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.operations.ConfigOperations;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * A command about one document.
 */
abstract class DocumentCommand extends BackendCommand {

	@Parameters(index = "0", paramLabel = "DOCUMENT",
			description = "The document, such as orders.yaml or shop/orders.yaml.")
	private String document = "";

	@Mixin
	private final GroupOption group = new GroupOption();

	DocumentCommand(Console console) {
		super(console);
	}

	@Override
	final int run(ConfigOperations operations, String namespace) throws Exception {
		return run(operations, this.group.id(namespace, this.document));
	}

	/** Another document, as it is typed. */
	final DocumentId id(String namespace, String typed) {
		return this.group.id(namespace, typed);
	}

	abstract int run(ConfigOperations operations, DocumentId id) throws Exception;

	static ConfigDocument existing(ConfigOperations operations, DocumentId id) {
		return operations.get(id).orElseThrow(() -> new RefusedException("document " + id + " does not exist"));
	}

}
