package io.governance.operations;

import java.time.Instant;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class AuditLogTests {

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private final Logger logger = (Logger) LoggerFactory.getLogger(AuditLog.LOGGER);

	private final Level level = this.logger.getLevel();

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	@BeforeEach
	void listen() {
		this.lines.start();
		this.logger.setLevel(Level.INFO);
		this.logger.addAppender(this.lines);
	}

	@AfterEach
	void leave() {
		this.logger.setLevel(this.level);
		this.logger.detachAppender(this.lines);
	}

	@Test
	void eventIsOneLine() {
		new AuditLog().onAudit(event("alice", "because", "abc"));
		assertThat(this.lines.list).singleElement().satisfies((line) -> {
			assertThat(line.getLevel()).isEqualTo(Level.INFO);
			assertThat(line.getFormattedMessage()).isEqualTo(
					"publish done dev/shop/orders.yaml on local by 'alice': revision 7, sha256 abc, comment 'because'");
		});
	}

	@Test
	void whatAnAuthorWritesMakesNoSecondLine() {
		new AuditLog().onAudit(event("mallory'\nINFO delete done", "x\ny", ""));
		assertThat(this.lines.list).singleElement()
			.satisfies((line) -> assertThat(line.getFormattedMessage()).doesNotContain("\n")
				.contains("by 'mallory??INFO delete done': revision 7, sha256 -, comment 'x?y'"));
	}

	/**
	 * A CSI of one character, which terminals take for an escape sequence, and others.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "\u009b", "\u0085", "\u2028", "\u202e", "\u2066", "\u200b", "\u061c" })
	void whatAnAuthorWritesLooksLikeNothingElse(String invisible) {
		new AuditLog().onAudit(event("al" + invisible + "ice", "x" + invisible, ""));
		assertThat(this.lines.list).singleElement()
			.satisfies((line) -> assertThat(line.getFormattedMessage())
				.contains("by 'al?ice': revision 7, sha256 -, comment 'x"));
		assertThat(this.lines.list.get(0).getFormattedMessage()).doesNotContain(invisible);
	}

	@Test
	void authorWithoutAReasonHasNoneInTheLine() {
		new AuditLog().onAudit(event("alice", "", "abc"));
		assertThat(this.lines.list).singleElement()
			.satisfies((line) -> assertThat(line.getFormattedMessage()).endsWith("sha256 abc"));
	}

	private static ConfigAuditEvent event(String author, String comment, String digest) {
		return new ConfigAuditEvent(Instant.EPOCH, "local", ConfigAuditEvent.Action.PUBLISH,
				ConfigAuditEvent.Outcome.DONE, ORDERS, Revision.of(7), digest, new Author(author, comment), false);
	}

}
