package io.governance.operations;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.ConfigLayer;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.local.LocalBackendFactory;
import io.governance.local.LocalSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What an application would refuse is not published, and what is copied is audited. */
class PublishChecksTests {

	private static final Author ALICE = new Author("alice", "because");

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private static final DocumentId EXTRA = new DocumentId("dev", "shop", "extra");

	@TempDir
	private Path directory;

	private Backend backend;

	private SimpleBackend simple;

	private ConfigOperations operations;

	private final RecordedAudit audit = new RecordedAudit();

	@BeforeEach
	void open() {
		LocalSettings settings = new LocalSettings(this.directory.toString(), null, null, null);
		this.backend = new LocalBackendFactory().create(BackendEnvironment.of("local", "dev", settings));
		this.simple = new SimpleBackend(this.backend);
		this.operations = new ConfigOperations(this.simple, DocumentChecks.standard(), List.of(this.audit),
				InstantSource.fixed(Instant.EPOCH));
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			on-profile: 'a &'            ; is not a profile expression
			on-profile: '(a | b & c)'    ; is not a profile expression
			on-profile: '${profile}'     ; needs the names of profiles
			on-cloud-platform: none      ; only spring.config.activate.on-profile is known
			""")
	void conditionThatNoApplicationUnderstandsIsRefused(String condition, String reason) {
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> put(this.operations, ORDERS, "a: 1\n---\nspring.config.activate." + condition))
			.withMessageContaining("dev/shop/orders.yaml:3:")
			.withMessageContaining(reason);
		put(this.operations, ORDERS, "a: 1\n---\nspring.config.activate.on-profile: '!a & (b | c), d'\na: 2");
	}

	@Test
	void documentIsCheckedAsItIsReadAndNotAsItIsCalled() {
		put(this.operations, EXTRA, "a: {b");
		ConfigOperations yaml = this.operations.reading(List.of(new ConfigLayer(EXTRA, "yaml", null, false)));
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> put(yaml, EXTRA, "a: {b"))
			.withMessageContaining("dev/shop/extra:1:");
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> yaml.store().publish(List.of(Publication.put(EXTRA, "a: {b")), ALICE));
		put(yaml, EXTRA, "a: {b: 1}");
	}

	@Test
	void documentThatIsOneValueMayBeAnything() {
		ConfigOperations value = this.operations
			.reading(List.of(new ConfigLayer(ORDERS, ConfigLayer.TEXT, "app.text", false)));
		assertThatCode(() -> put(value, ORDERS, "a: {b")).doesNotThrowAnyException();
	}

	@Test
	void whatIsExportedIsAudited() {
		Revision revision = put(this.operations, ORDERS, "password: top-secret");
		put(this.operations, EXTRA, "x");
		this.operations.export("dev", Set.of(), ALICE);
		assertThat(this.audit.told()).endsWith("EXPORT DONE extra by alice", "EXPORT DONE orders.yaml by alice");
		assertThat(this.audit.last().revision()).isEqualTo(revision);
		assertThat(this.audit.last().digest()).isEqualTo(this.operations.get(ORDERS).orElseThrow().digest());
		assertThat(this.audit.last().author().comment()).isEqualTo("because");
		assertThat(this.audit.last().toString()).doesNotContain("top-secret");
		int told = this.audit.told().size();
		this.operations.documents("dev", Set.of());
		assertThat(this.audit.told()).as("a list is no export").hasSize(told);
	}

	@Test
	void importOfSomeDocumentsPrunesNoOthers() {
		put(this.operations, ORDERS, "a: 1");
		put(this.operations, EXTRA, "x");
		ConfigArchive archive = this.operations.exportOnly("dev", Set.of(ORDERS), ALICE);
		assertThat(archive.documents().documents()).containsOnlyKeys(ORDERS);
		assertThat(this.operations.plan(archive, "dev", true).changes()).isEmpty();
	}

	@Test
	void failureThatNobodyExpectedIsAuditedAsUnknown() {
		this.simple.breakWith(new OutOfMemoryError("as asked"));
		assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> put(this.operations, ORDERS, "a: 1"));
		assertThat(this.audit.told()).containsExactly("PUBLISH UNKNOWN orders.yaml by alice");
	}

	@Test
	void documentWithoutAnEarlierVersionIsToldSo() {
		put(this.operations, ORDERS, "a: 1");
		assertThatExceptionOfType(UnknownVersionException.class).isThrownBy(() -> this.operations.previous(ORDERS))
			.withMessageContaining("has no earlier version")
			.withMessageNotContaining("'before'");
	}

	private static Revision put(ConfigOperations operations, DocumentId id, String text) {
		return operations.publish(List.of(Publication.put(id, text)), ALICE, PublishMode.CHECKED).get(0);
	}

}
