package io.governance.config;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import org.slf4j.LoggerFactory;

/**
 * Everything that is logged by the config packages while it is open, down to TRACE.
 */
final class CapturedLog extends AppenderBase<ILoggingEvent> implements AutoCloseable {

	private final Logger logger = (Logger) LoggerFactory.getLogger("io.governance");

	private final Level level = this.logger.getLevel();

	private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();

	static CapturedLog open() {
		CapturedLog log = new CapturedLog();
		log.setContext(log.logger.getLoggerContext());
		log.start();
		log.logger.setLevel(Level.TRACE);
		log.logger.setAdditive(false);
		log.logger.addAppender(log);
		return log;
	}

	@Override
	protected void append(ILoggingEvent event) {
		this.events.add(event);
	}

	/** The lines from a level on, without what is below. */
	List<String> lines(Level from) {
		return this.events.stream()
			.filter((event) -> event.getLevel().isGreaterOrEqual(from))
			.map((event) -> event.getLevel() + " " + event.getFormattedMessage())
			.toList();
	}

	/** All text, messages of exceptions included. */
	String text() {
		List<String> text = new ArrayList<>();
		for (ILoggingEvent event : this.events) {
			text.add(event.getFormattedMessage());
			for (IThrowableProxy ex = event.getThrowableProxy(); ex != null; ex = ex.getCause()) {
				text.add(ex.getClassName() + ": " + ex.getMessage());
			}
		}
		return String.join("\n", text);
	}

	@Override
	public void close() {
		this.logger.detachAppender(this);
		this.logger.setLevel(this.level);
		this.logger.setAdditive(true);
		stop();
	}

}
