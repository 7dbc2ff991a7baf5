package io.governance.config;

import java.time.Duration;
import java.time.Instant;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Tests for what is told of a change that takes long. */
@Timeout(30)
class ChangeProgressTests {

	private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

	@Test
	@DisplayName("F20 A change that somebody does not give back is told once, with who that is")
	void tellsWhoTakesLong() throws Exception {
		ChangeProgress progress = new ChangeProgress(() -> NOW, Duration.ofMillis(50));
		try (CapturedLog log = CapturedLog.open()) {
			progress.during(() -> {
				progress.step("observer 'pool'");
				await().until(() -> !log.lines(Level.WARN).isEmpty());
			});
			assertThat(log.lines(Level.WARN)).singleElement()
				.asString()
				.contains("observer 'pool' has it since 2026-01-02T03:04:05Z");
		}
		assertThat(progress.pending()).isNull();
	}

	@Test
	void saysNothingOfAChangeThatIsThroughInTime() throws Exception {
		ChangeProgress progress = new ChangeProgress(() -> NOW, Duration.ofMillis(200));
		try (CapturedLog log = CapturedLog.open()) {
			progress.during(() -> progress.step("observer 'pool'"));
			await().pollDelay(Duration.ofMillis(400)).until(() -> true);
			assertThat(log.lines(Level.WARN)).isEmpty();
		}
	}

}
