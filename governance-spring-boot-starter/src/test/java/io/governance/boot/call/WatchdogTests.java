package io.governance.boot.call;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(30)
class WatchdogTests {

	@Test
	void leavesNoInterruptOfItsOwnBehind() throws Exception {
		Watchdog.Watch watch = new Watchdog.Watch();
		interrupt(watch);
		assertThat(watch.stop()).isTrue();
		assertThat(Thread.interrupted()).isFalse();
	}

	/** A client that reads from a socket may notice neither. */
	@Test
	void keepsTheInterruptOfSomebodyElse() throws Exception {
		Watchdog.Watch watch = new Watchdog.Watch();
		Thread.currentThread().interrupt();
		interrupt(watch);
		assertThat(watch.stop()).isTrue();
		assertThat(Thread.interrupted()).isTrue();
	}

	private static void interrupt(Watchdog.Watch watch) {
		Thread timer = new Thread(watch);
		timer.start();
		while (timer.isAlive()) {
			Thread.onSpinWait();
		}
	}

}
