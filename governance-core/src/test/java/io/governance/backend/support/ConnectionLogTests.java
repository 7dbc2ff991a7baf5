package io.governance.backend.support;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class ConnectionLogTests {

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final Logger logger = (Logger) LoggerFactory.getLogger(ConnectionLog.class);

	@BeforeEach
	void listen() {
		this.lines.start();
		this.logger.addAppender(this.lines);
		this.logger.setAdditive(false);
	}

	@AfterEach
	void stopListening() {
		this.logger.detachAppender(this.lines);
		this.logger.setAdditive(true);
	}

	@Test
	void reasonThatManyShareIsToldOnce() {
		ConnectionLog log = new ConnectionLog("etcd");
		for (int i = 0; i < 5; i++) {
			log.lost(new Object(), "document " + i, String.join(" ", "connection", "refused"));
		}
		log.lost(new Object(), "document 5", "permission denied");
		assertThat(this.lines.list).hasSize(2);
	}

}
