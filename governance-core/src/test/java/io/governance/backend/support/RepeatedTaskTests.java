package io.governance.backend.support;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class RepeatedTaskTests {

	private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

	private final Logger logger = (Logger) LoggerFactory.getLogger(RepeatedTask.class);

	private final AtomicInteger runs = new AtomicInteger();

	private volatile @Nullable Error error;

	private final RepeatedTask task = new RepeatedTask("Renewing leases", () -> {
		this.runs.incrementAndGet();
		Error error = this.error;
		if (error != null) {
			throw error;
		}
	});

	@BeforeEach
	void listen() {
		this.lines.start();
		this.logger.setLevel(Level.INFO);
		this.logger.addAppender(this.lines);
		this.logger.setAdditive(false);
	}

	@AfterEach
	void stopListening() {
		this.logger.detachAppender(this.lines);
		this.logger.setLevel(null);
		this.logger.setAdditive(true);
	}

	@Test
	void schedulerGoesOnWithWhatFails() {
		this.error = new NoClassDefFoundError("on purpose");
		ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
		try {
			scheduler.scheduleWithFixedDelay(this.task, 1, 1, TimeUnit.MILLISECONDS);
			await().until(() -> this.runs.get() > 2);
		}
		finally {
			scheduler.shutdownNow();
		}
	}

	@Test
	void failureIsToldOnceUntilTheWorkSucceedsAgain() {
		this.task.run();
		this.error = new NoClassDefFoundError("on purpose");
		this.task.run();
		this.task.run();
		this.error = null;
		this.task.run();
		this.task.run();
		this.error = new AssertionError("another time");
		this.task.run();
		assertThat(this.lines.list).extracting(ILoggingEvent::getFormattedMessage)
			.containsExactly("Renewing leases failed; it is repeated all the same", "Renewing leases works again",
					"Renewing leases failed; it is repeated all the same");
		assertThat(this.lines.list.get(0).getThrowableProxy().getMessage()).isEqualTo("on purpose");
	}

}
