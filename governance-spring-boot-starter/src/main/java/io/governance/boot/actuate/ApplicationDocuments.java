package io.governance.boot.actuate;

import java.util.List;

import io.governance.config.ConfigLayer;
import io.governance.config.ConfigManager;
import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/**
 * The documents that this application reads, by the names that a request has for them.
 */
final class ApplicationDocuments {

	private final ConfigManager manager;

	private final String namespace;

	private final @Nullable String readOnlyLayout;

	/**
	 * Creates a finder.
	 * @param manager knows the documents
	 * @param namespace the namespace of the application
	 * @param readOnlyLayout the layout, if it is one that is read only
	 */
	ApplicationDocuments(ConfigManager manager, String namespace, @Nullable String readOnlyLayout) {
		this.manager = manager;
		this.namespace = namespace;
		this.readOnlyLayout = readOnlyLayout;
	}

	/**
	 * Finds a document.
	 * @param namespace its namespace; if it is not given, that of the application goes
	 * before others
	 * @throws EndpointRefusal if there is no such document, if several namespaces have
	 * one, or if there is no more to it than reading it
	 */
	ConfigLayer find(@Nullable String namespace, String group, String name) {
		checkLayout();
		List<ConfigLayer> named = this.manager.precedence()
			.stream()
			.filter((layer) -> layer.document().group().equals(group) && layer.document().name().equals(name))
			.filter((layer) -> namespace == null || layer.document().namespace().equals(namespace))
			.toList();
		List<ConfigLayer> own = named.stream()
			.filter((layer) -> layer.document().namespace().equals(this.namespace))
			.toList();
		List<ConfigLayer> found = own.isEmpty() ? named : own;
		if (found.isEmpty()) {
			throw new EndpointRefusal(WebEndpointResponse.STATUS_NOT_FOUND,
					"The config of this application has no such document; gray rules and variants are for the command line");
		}
		if (found.size() > 1) {
			throw new EndpointRefusal(EndpointRefusal.CONFLICT, "There is such a document in the namespaces "
					+ found.stream().map((layer) -> layer.document().namespace()).toList() + ": choose a 'namespace'");
		}
		return found.get(0);
	}

	/**
	 * All documents of a namespace.
	 * @param namespace the namespace, or {@code null} for that of the application
	 * @throws EndpointRefusal if there is no more to them than reading them
	 */
	List<DocumentId> in(@Nullable String namespace) {
		checkLayout();
		String wanted = namespace(namespace);
		return this.manager.layers().stream().filter((id) -> id.namespace().equals(wanted)).toList();
	}

	String namespace(@Nullable String given) {
		return (given != null) ? given : this.namespace;
	}

	private void checkLayout() {
		if (this.readOnlyLayout != null) {
			throw new EndpointRefusal(WebEndpointResponse.STATUS_BAD_REQUEST, "Documents of the layout "
					+ this.readOnlyLayout + " are read only, and have no history: use the tools of the server");
		}
	}

}
