package io.governance.operations;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigStore;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.InvalidConfigException;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.local.LocalBackendFactory;
import io.governance.local.LocalSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ConfigOperationsTests {

	private static final Author ALICE = new Author("alice", "because");

	private static final InstantSource NOW = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private static final DocumentId STOCK = new DocumentId("dev", "shop", "stock.properties");

	@TempDir
	private Path directory;

	private Backend backend;

	private ConfigOperations operations;

	private final RecordedAudit audit = new RecordedAudit();

	@BeforeEach
	void open() {
		LocalSettings settings = new LocalSettings(this.directory.toString(), null, null, null);
		this.backend = new LocalBackendFactory().create(BackendEnvironment.of("local", "dev", settings));
		this.operations = operations(this.backend);
	}

	private ConfigOperations operations(Backend backend) {
		return new ConfigOperations(backend, DocumentChecks.standard(), List.of(this.audit), NOW);
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	@Test
	void documentThatDoesNotParseIsRefusedWithLineAndColumn() {
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> put(ORDERS, "a: 1\nb: [secret-value\n"))
			.withMessageContaining("dev/shop/orders.yaml:3:1")
			.withMessageNotContaining("secret-value");
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> put(STOCK, "a=1\na=2\n"))
			.withMessageContaining("dev/shop/stock.properties:2:1")
			.withMessageContaining("'a' stands twice");
		assertThat(this.operations.get(ORDERS)).isEmpty();
		assertThat(this.audit.told()).containsExactly("PUBLISH REFUSED orders.yaml by alice",
				"PUBLISH REFUSED stock.properties by alice");
	}

	@Test
	void grayRulesAreHeldToTheirOwnRules() {
		DocumentId gray = new DocumentId("dev", "shop", "gray.yaml");
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> put(gray, "rules:\n- name: a\n  service: orders\n  lane: gray\n  match: {percent: 5}\n"))
			.withMessageContaining("gray.yaml:5")
			.withMessageContaining("did you mean 'percentage'");
		put(gray, "rules:\n- name: a\n  service: orders\n  lane: gray\n  match: {percentage: 5}\n");
		assertThat(this.operations.get(gray)).isPresent();
	}

	@Test
	void documentInNoKnownFormatCanBeAnything() {
		DocumentId text = new DocumentId("dev", "shop", "motd");
		put(text, "{ [ anything");
		assertThat(text(text)).isEqualTo("{ [ anything");
	}

	@Test
	void forcedDocumentIsNotCheckedAndTheAuditSaysSo() {
		this.operations.publish(List.of(Publication.put(ORDERS, "a: [")), ALICE, PublishMode.FORCED);
		assertThat(text(ORDERS)).isEqualTo("a: [");
		assertThat(this.audit.last().forced()).isTrue();
	}

	@Test
	void auditTellsWhoAndWhichContentButNeverTheContent() {
		Revision revision = put(ORDERS, "password: top-secret");
		ConfigAuditEvent event = this.audit.last();
		assertThat(event.author()).isEqualTo(ALICE);
		assertThat(event.backend()).isEqualTo("local");
		assertThat(event.id()).isEqualTo(ORDERS);
		assertThat(event.revision()).isEqualTo(revision);
		assertThat(event.time()).isEqualTo(NOW.instant());
		assertThat(event.digest()).isEqualTo(this.operations.get(ORDERS).orElseThrow().digest());
		assertThat(event.toString()).doesNotContain("top-secret");
	}

	@Test
	void promotedVariantBecomesTheDocumentInOnePublication() {
		DocumentId variant = ORDERS.variant("gray");
		put(ORDERS, "a: 1");
		put(variant, "a: 2");
		Revision revision = this.operations.promote(ORDERS, "gray", ALICE, PublishMode.CHECKED);
		assertThat(text(ORDERS)).isEqualTo("a: 2");
		assertThat(this.operations.get(ORDERS).orElseThrow().revision()).isEqualTo(revision);
		assertThat(this.operations.get(variant)).isEmpty();
		assertThat(this.audit.told()).endsWith("PROMOTE DONE orders.yaml by alice",
				"PROMOTE DONE orders.gray.yaml by alice");
		assertThat(this.operations.version(this.operations.previous(ORDERS)).text()).isEqualTo("a: 1");
	}

	@Test
	void variantOfADocumentThatDoesNotExistBecomesIt() {
		put(ORDERS.variant("gray"), "a: 2");
		this.operations.promote(ORDERS, "gray", ALICE, PublishMode.CHECKED);
		assertThat(text(ORDERS)).isEqualTo("a: 2");
	}

	@Test
	void promotionWithoutTransactionsWhoseDeletionFailsSaysThatTheDocumentIsWritten() {
		SimpleBackend simple = new SimpleBackend(this.backend);
		ConfigOperations operations = operations(simple);
		DocumentId variant = ORDERS.variant("gray");
		put(ORDERS, "a: 1");
		put(variant, "a: 2");
		simple.failAfter(1);
		assertThatExceptionOfType(PartialPromotionException.class)
			.isThrownBy(() -> operations.promote(ORDERS, "gray", ALICE, PublishMode.CHECKED))
			.withMessageContaining("dev/shop/orders.yaml is already written")
			.withMessageContaining("abort the variant, do not promote it again")
			.withCauseInstanceOf(BackendUnavailableException.class)
			.satisfies((ex) -> assertThat(ex.document()).isEqualTo(ORDERS))
			.satisfies((ex) -> assertThat(ex.variant()).isEqualTo(variant));
		assertThat(text(ORDERS)).isEqualTo("a: 2");
		assertThat(this.operations.get(variant)).isPresent();
		put(ORDERS, "a: 3");
		simple.failAfter(Integer.MAX_VALUE);
		operations.abort(ORDERS, "gray", ALICE);
		assertThat(text(ORDERS)).as("what was mended meanwhile").isEqualTo("a: 3");
		assertThat(this.operations.get(variant)).isEmpty();
	}

	@Test
	void promotionWithoutTransactionsDeletesNoVariantThatHasChangedMeanwhile() {
		SimpleBackend simple = new SimpleBackend(this.backend);
		DocumentId variant = ORDERS.variant("gray");
		put(ORDERS, "a: 1");
		put(variant, "a: 2");
		simple.afterNextPublication(() -> put(variant, "a: 3"));
		assertThatExceptionOfType(PartialPromotionException.class)
			.isThrownBy(() -> operations(simple).promote(ORDERS, "gray", ALICE, PublishMode.CHECKED))
			.withMessageContaining("dev/shop/orders.yaml is already written")
			.withMessageContaining("dev/shop/orders.gray.yaml has changed since")
			.withCauseInstanceOf(ConflictException.class);
		assertThat(text(ORDERS)).isEqualTo("a: 2");
		assertThat(text(variant)).isEqualTo("a: 3");
		assertThat(this.audit.told()).endsWith("PROMOTE DONE orders.yaml by alice",
				"PROMOTE REFUSED orders.gray.yaml by alice");
	}

	@Test
	void promotionWithoutTransactionsIsDoneIfTheVariantIsDeletedMeanwhile() {
		SimpleBackend simple = new SimpleBackend(this.backend);
		DocumentId variant = ORDERS.variant("gray");
		put(ORDERS, "a: 1");
		put(variant, "a: 2");
		simple.afterNextPublication(
				() -> this.operations.publish(List.of(Publication.delete(variant)), ALICE, PublishMode.CHECKED));
		operations(simple).promote(ORDERS, "gray", ALICE, PublishMode.CHECKED);
		assertThat(text(ORDERS)).isEqualTo("a: 2");
		assertThat(this.operations.get(variant)).isEmpty();
	}

	@Test
	void abortedVariantIsDeletedAndTheDocumentStays() {
		put(ORDERS, "a: 1");
		put(ORDERS.variant("gray"), "a: 2");
		this.operations.abort(ORDERS, "gray", ALICE);
		assertThat(text(ORDERS)).isEqualTo("a: 1");
		assertThat(this.operations.get(ORDERS.variant("gray"))).isEmpty();
		assertThat(this.audit.told()).endsWith("ABORT DONE orders.gray.yaml by alice");
	}

	@Test
	void variantThatIsNotThereIsNeitherPromotedNorAborted() {
		put(ORDERS, "a: 1");
		assertThatExceptionOfType(UnknownVersionException.class)
			.isThrownBy(() -> this.operations.promote(ORDERS, "gray", ALICE, PublishMode.CHECKED))
			.withMessageContaining("dev/shop/orders.gray.yaml does not exist");
		assertThatExceptionOfType(UnknownVersionException.class)
			.isThrownBy(() -> this.operations.abort(ORDERS, "gray", ALICE));
		assertThat(text(ORDERS)).isEqualTo("a: 1");
	}

	@Test
	void variantThatDoesNotParseIsNotPromoted() {
		put(ORDERS, "a: 1");
		this.operations.publish(List.of(Publication.put(ORDERS.variant("gray"), "a: [")), ALICE, PublishMode.FORCED);
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> this.operations.promote(ORDERS, "gray", ALICE, PublishMode.CHECKED));
		assertThat(text(ORDERS)).isEqualTo("a: 1");
		assertThat(this.operations.get(ORDERS.variant("gray"))).isPresent();
	}

	@Test
	void auditThatFailsNeitherStopsAPublishNorTheOtherListeners() {
		ConfigAuditListener broken = (event) -> {
			throw new IllegalStateException("the audit is broken");
		};
		ConfigOperations operations = new ConfigOperations(this.backend, DocumentChecks.standard(),
				List.of(broken, this.audit), NOW);
		operations.publish(List.of(Publication.put(ORDERS, "a: 1")), ALICE, PublishMode.CHECKED);
		assertThat(text(ORDERS)).isEqualTo("a: 1");
		assertThat(this.audit.told()).containsExactly("PUBLISH DONE orders.yaml by alice");
	}

	@Test
	void documentsArePublishedTogetherOrNotAtAll() {
		Revision first = put(ORDERS, "a: 1");
		List<Publication> both = List.of(Publication.put(STOCK, "a=1"), Publication.put(ORDERS, "a: 2"));
		this.operations.publish(both, ALICE, PublishMode.CHECKED);
		List<Publication> stale = List.of(Publication.put(STOCK, "a=2"),
				Publication.put(ORDERS, "a: 3").expecting(first));
		assertThatExceptionOfType(ConflictException.class)
			.isThrownBy(() -> this.operations.publish(stale, ALICE, PublishMode.CHECKED));
		assertThat(text(STOCK)).isEqualTo("a=1");
		assertThat(this.audit.told()).endsWith("PUBLISH DONE stock.properties by alice",
				"PUBLISH DONE orders.yaml by alice", "PUBLISH REFUSED stock.properties by alice",
				"PUBLISH REFUSED orders.yaml by alice");
	}

	@Test
	void backendThatCannotPublishTogetherRefusesInWords() {
		ConfigOperations simple = operations(new SimpleBackend(this.backend));
		List<Publication> both = List.of(Publication.put(STOCK, "a=1"), Publication.put(ORDERS, "a: 2"));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> simple.publish(both, ALICE, PublishMode.CHECKED))
			.withMessage(
					"Backend 'simple' cannot publish 2 documents together, all or none: " + "publish them one by one");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> simple.publish(List.of(Publication.put(ORDERS, " \n")), ALICE, PublishMode.CHECKED))
			.withMessageContaining("keeps no empty documents");
	}

	@Test
	void answerThatIsLostIsAuditedAsUnknown() {
		SimpleBackend down = new SimpleBackend(this.backend);
		down.failAfter(0);
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(
				() -> operations(down).publish(List.of(Publication.delete(ORDERS)), ALICE, PublishMode.CHECKED));
		assertThat(this.audit.told()).containsExactly("DELETE UNKNOWN orders.yaml by alice");
	}

	@Test
	void rollbackPublishesTheOldContentAsANewVersion() {
		put(ORDERS, "a: 1");
		put(ORDERS, "a: 2");
		HistoryEntry before = this.operations.previous(ORDERS);
		Revision revision = this.operations.rollback(before, ALICE, PublishMode.CHECKED);
		assertThat(text(ORDERS)).isEqualTo("a: 1");
		assertThat(this.operations.history(ORDERS, 10)).hasSize(3);
		assertThat(this.audit.last().action()).isEqualTo(ConfigAuditEvent.Action.ROLLBACK);
		assertThat(this.operations.rollback(before, ALICE, PublishMode.CHECKED)).isEqualTo(revision);
		assertThat(this.operations.history(ORDERS, 10)).as("nothing was left to do").hasSize(3);
	}

	@Test
	void deletedDocumentComesBackByRollback() {
		put(ORDERS, "a: 1");
		this.operations.publish(List.of(Publication.delete(ORDERS)), ALICE, PublishMode.CHECKED);
		this.operations.rollback(this.operations.previous(ORDERS), ALICE, PublishMode.CHECKED);
		assertThat(text(ORDERS)).isEqualTo("a: 1");
	}

	@Test
	void rollbackToWhatDoesNotParseIsRefused() {
		this.operations.publish(List.of(Publication.put(ORDERS, "a: [")), ALICE, PublishMode.FORCED);
		put(ORDERS, "a: 1");
		HistoryEntry broken = this.operations.entry(ORDERS, "~1");
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> this.operations.rollback(broken, ALICE, PublishMode.CHECKED));
		assertThat(text(ORDERS)).isEqualTo("a: 1");
	}

	@Test
	void versionIsFoundByDigestRevisionAndDistance() {
		Revision first = put(ORDERS, "a: 1");
		put(ORDERS, "a: 2");
		HistoryEntry entry = this.operations.entry(ORDERS, "~1");
		assertThat(this.operations.version(entry).text()).isEqualTo("a: 1");
		assertThat(this.operations.entry(ORDERS, first.value())).isEqualTo(entry);
		assertThat(this.operations.entry(ORDERS, entry.digest().substring(0, 8))).isEqualTo(entry);
		for (String unknown : List.of("~2", "abcdefabcdef", entry.digest().substring(0, 3))) {
			assertThatExceptionOfType(UnknownVersionException.class)
				.isThrownBy(() -> this.operations.entry(ORDERS, unknown))
				.withMessageContaining(unknown);
		}
	}

	@Test
	void namespaceMovesToAnotherOne() {
		put(ORDERS, "a: 1");
		put(STOCK, "a=1");
		put(new DocumentId("dev", "default", "application.yaml"), "b: 1");
		Path zip = this.directory.resolve("all.zip");
		this.operations.export("dev", Set.of(), ALICE).write(zip);

		DocumentId there = new DocumentId("prod", "shop", "orders.yaml");
		DocumentId old = new DocumentId("prod", "shop", "old.yaml");
		DocumentId apart = new DocumentId("prod", "other", "apart.yaml");
		put(there, "a: 0");
		put(new DocumentId("prod", "shop", "stock.properties"), "a=1");
		put(old, "x: 1");
		put(apart, "x: 1");
		ImportPlan plan = this.operations.plan(ConfigArchive.read(zip, false), "prod", true);
		assertThat(plan.steps()).extracting((step) -> step.kind() + " " + step.id())
			.containsExactly("CREATE prod/default/application.yaml", "DELETE prod/shop/old.yaml",
					"CHANGE prod/shop/orders.yaml", "KEEP prod/shop/stock.properties");
		assertThat(text(there)).as("a plan changes nothing").isEqualTo("a: 0");

		assertThat(this.operations.apply(plan, ALICE, PublishMode.CHECKED)).isEqualTo(1);
		assertThat(text(there)).isEqualTo("a: 1");
		assertThat(this.operations.get(old)).isEmpty();
		assertThat(this.operations.get(apart)).as("a group that was not exported").isPresent();
		assertThat(this.audit.told()).endsWith("IMPORT DONE application.yaml by alice", "PRUNE DONE old.yaml by alice",
				"IMPORT DONE orders.yaml by alice");
		assertThat(this.operations.plan(ConfigArchive.read(zip, false), "prod", true).changes()).isEmpty();
	}

	@Test
	void importThatWasOvertakenWritesNothing() {
		put(ORDERS, "a: 1");
		ConfigArchive archive = this.operations.export("dev", Set.of("shop"), ALICE);
		put(ORDERS, "a: 2");
		ImportPlan plan = this.operations.plan(archive, "dev", false);
		put(ORDERS, "a: 3");
		assertThatExceptionOfType(ConflictException.class)
			.isThrownBy(() -> this.operations.apply(plan, ALICE, PublishMode.CHECKED));
		assertThat(text(ORDERS)).isEqualTo("a: 3");
	}

	@Test
	void oneDocumentThatDoesNotParseKeepsAllFromBeingImported() {
		put(ORDERS, "a: 1");
		this.operations.publish(List.of(Publication.put(STOCK, "a=1\na=2")), ALICE, PublishMode.FORCED);
		ConfigOperations simple = operations(new SimpleBackend(this.backend));
		ImportPlan plan = simple.plan(this.operations.export("dev", Set.of(), ALICE), "prod", false);
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> simple.apply(plan, ALICE, PublishMode.CHECKED));
		assertThat(this.operations.store().groups("prod")).isEmpty();
		assertThat(this.audit.told()).endsWith("IMPORT REFUSED orders.yaml by alice",
				"IMPORT REFUSED stock.properties by alice");
	}

	@Test
	void importWithoutTransactionsTellsHowFarItCameAndGoesOn() {
		IntStream.range(0, 5).forEach((i) -> put(new DocumentId("dev", "shop", "d" + i + ".yaml"), "a: " + i));
		SimpleBackend backend = new SimpleBackend(this.backend);
		ConfigOperations simple = operations(backend);
		ConfigArchive archive = simple.export("dev", Set.of(), ALICE);
		backend.failAfter(3);
		assertThatExceptionOfType(PartialImportException.class)
			.isThrownBy(() -> simple.apply(simple.plan(archive, "prod", false), ALICE, PublishMode.CHECKED))
			.withMessageStartingWith("The import stopped after 3 of 5 documents; import again to go on")
			.satisfies((ex) -> assertThat(ex.done()).hasSize(3));
		backend.failAfter(Integer.MAX_VALUE);
		assertThat(simple.apply(simple.plan(archive, "prod", true), ALICE, PublishMode.CHECKED)).isEqualTo(2);
		assertThat(this.operations.store().list("prod", "shop")).hasSize(5);
	}

	@Test
	void storeChecksAndAuditsAndIsNotClosed() {
		ConfigStore store = this.operations.store();
		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> store.publish(List.of(Publication.put(ORDERS, "a: [")), ALICE));
		store.publish(List.of(Publication.put(ORDERS, "a: 1")), ALICE);
		store.close();
		assertThat(store.get(Set.of(ORDERS)).find(ORDERS)).isPresent();
		assertThat(this.audit.told()).containsExactly("PUBLISH REFUSED orders.yaml by alice",
				"PUBLISH DONE orders.yaml by alice");
	}

	private Revision put(DocumentId id, String text) {
		return this.operations.publish(List.of(Publication.put(id, text)), ALICE, PublishMode.CHECKED).get(0);
	}

	private String text(DocumentId id) {
		return this.operations.get(id).map(ConfigDocument::text).orElse("(absent)");
	}

}
