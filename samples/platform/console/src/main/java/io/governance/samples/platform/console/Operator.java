package io.governance.samples.platform.console;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import io.governance.registry.Instance;
import io.governance.registry.ServiceDirectory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Whoever operates the platform: publishes config and looks at the registry. An
 * application of the platform like others, by the same properties.
 */
final class Operator implements AutoCloseable {

	private static final Author AUTHOR = Author.of("console");

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final String namespace;

	private final ConfigurableApplicationContext context;

	private final ConfigOperations config;

	private final ServiceDirectory directory;

	Operator(String namespace, List<String> properties) {
		this.namespace = namespace;
		List<String> all = Stream
			.concat(properties.stream(),
					Stream.of("spring.application.name=console", "spring.main.web-application-type=none",
							"spring.main.banner-mode=off", "spring.main.register-shutdown-hook=false",
							"governance.registry.enabled=false", "logging.level.root=warn"))
			.map((property) -> "--" + property)
			.toList();
		this.context = SpringApplication.run(Application.class, all.toArray(String[]::new));
		this.config = this.context.getBean(ConfigOperations.class);
		this.directory = this.context.getBean(ServiceDirectory.class);
	}

	/** The text of a document, if it exists. */
	Optional<String> read(String document) {
		return this.config.get(id(document)).map(ConfigDocument::text);
	}

	/** Publishes a document. */
	void publish(String document, String text) {
		this.config.publish(List.of(Publication.put(id(document), text)), AUTHOR, PublishMode.CHECKED);
	}

	/** Publishes another text of a document, unless somebody else was faster. */
	void edit(String document, UnaryOperator<String> change) {
		ConfigDocument now = this.config.get(id(document)).orElseThrow();
		this.config.publish(List.of(Publication.put(now.id(), change.apply(now.text())).expecting(now.revision())),
				AUTHOR, PublishMode.CHECKED);
	}

	/** Publishes again what a document was before its last change. */
	void rollBack(String document) {
		this.config.rollback(this.config.previous(id(document)), AUTHOR, PublishMode.CHECKED);
	}

	/** What the registry tells of a service. */
	List<Instance> instances(String service) {
		return this.directory.await(service, PATIENCE).instances();
	}

	private DocumentId id(String document) {
		return new DocumentId(this.namespace, DocumentId.DEFAULT, document);
	}

	@Override
	public void close() {
		this.context.close();
	}

	/** Nothing but the library. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
