package io.governance.boot.configdata;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the layers that remote config consists of.
 *
 * @param layout How documents are named on the server: our own way, or that of another
 * library.
 * @param layoutFormat Format of what has no extension in the layout of another library:
 * properties, yaml, json, or for Spring Cloud Consul key-value; by default the one that
 * library has by default.
 * @param documents Further documents, the lowest precedence first.
 * @param allowedKeys Keys that remote config may set although it could change how the
 * application runs, such as management.endpoint.health.
 * @param allowExpressions Whether remote values may hold expressions, which Spring runs
 * as code.
 * @param variants Variants of documents.
 */
@ConfigurationProperties("governance.config")
public record ConfigLayerProperties(@DefaultValue("native") Layout layout, @Nullable String layoutFormat,
		@DefaultValue List<Document> documents, @DefaultValue List<String> allowedKeys,
		@DefaultValue("false") boolean allowExpressions, @DefaultValue Variants variants) {

	/** How documents are named on the server. */
	public enum Layout {

		/** As Governance names them. */
		NATIVE,

		/** As Spring Cloud Alibaba names them in Nacos. */
		SPRING_CLOUD_ALIBABA,

		/** As Spring Cloud Consul names them in Consul. */
		SPRING_CLOUD_CONSUL

	}

	/** Where further documents stand among those of the application. */
	public enum Position {

		/** Below all of them: what they share is overridden. */
		BELOW,

		/** Above all of them: they override. */
		ABOVE

	}

	/**
	 * Variants of documents.
	 *
	 * @param enabled Whether variants of documents take their places for instances and
	 * lanes.
	 * @param lanes Lanes of requests that may have variants, besides those that the gray
	 * rules name for this application.
	 */
	public record Variants(@DefaultValue("true") boolean enabled, @DefaultValue List<String> lanes) {
	}

	/**
	 * A further document, or one of the application's own that is to be read in another
	 * way.
	 *
	 * @param name Name of the document with its extension.
	 * @param group Group of the document; by default that of the application's documents.
	 * @param namespace Namespace of the document; by default that of the application.
	 * @param optional Whether the application starts and goes on without the document.
	 * @param key Key of the document's content, if it is one value rather than keys of
	 * its own.
	 * @param format Format of the document: yaml, json, properties, text or binary; by
	 * default what its extension says, or text if it has a key.
	 * @param position Where the document stands: below or above those of the application;
	 * by default below, and one of the application's own where it stands anyway.
	 */
	public record Document(@Nullable String name, @Nullable String group, @Nullable String namespace,
			@DefaultValue("false") boolean optional, @Nullable String key, @Nullable String format,
			@Nullable Position position) {
	}

}
