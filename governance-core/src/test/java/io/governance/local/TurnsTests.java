package io.governance.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class TurnsTests {

	private static final Path JOB = Path.of("job");

	private final Turns turns = new Turns();

	@Test
	void oneAtATimeHasAPath() throws InterruptedException {
		Runnable end = this.turns.await(JOB, Duration.ZERO);
		assertThat(end).isNotNull();
		assertThat(this.turns.await(JOB, Duration.ZERO)).isNull();
		assertThat(this.turns.await(JOB, Duration.ofMillis(20))).isNull();
		assertThat(this.turns.await(Path.of("other"), Duration.ZERO)).isNotNull();
		end.run();
		assertThat(this.turns.await(JOB, Duration.ZERO)).isNotNull();
	}

	@Test
	void turnThatIsEndedTwiceLetsInOnlyOne() throws InterruptedException {
		Runnable end = this.turns.await(JOB, Duration.ZERO);
		end.run();
		Runnable next = this.turns.await(JOB, Duration.ZERO);
		end.run();
		assertThat(this.turns.await(JOB, Duration.ZERO)).isNull();
		next.run();
		assertThat(this.turns.isEmpty()).isTrue();
	}

	@Test
	void waiterHasItsTurnInTheSameQueueAfterTheHolderHasLeft() throws InterruptedException {
		Runnable end = this.turns.await(JOB, Duration.ZERO);
		CompletableFuture<@Nullable Runnable> waiter = CompletableFuture.supplyAsync(this::await);
		end.run();
		Runnable next = waiter.join();
		assertThat(next).isNotNull();
		assertThat(this.turns.await(JOB, Duration.ZERO)).isNull();
		next.run();
		assertThat(this.turns.isEmpty()).isTrue();
	}

	private @Nullable Runnable await() {
		try {
			return this.turns.await(JOB, Duration.ofSeconds(30));
		}
		catch (InterruptedException ex) {
			throw new CompletionException(ex);
		}
	}

	@Test
	void pathIsForgottenWhenNobodyHasItOrWaitsForIt() throws InterruptedException {
		Runnable end = this.turns.await(JOB, Duration.ZERO);
		this.turns.await(JOB, Duration.ofMillis(1));
		Thread.currentThread().interrupt();
		assertThatExceptionOfType(InterruptedException.class)
			.isThrownBy(() -> this.turns.await(JOB, Duration.ofSeconds(30)));
		assertThat(this.turns.isEmpty()).isFalse();
		end.run();
		assertThat(this.turns.isEmpty()).isTrue();
	}

}
