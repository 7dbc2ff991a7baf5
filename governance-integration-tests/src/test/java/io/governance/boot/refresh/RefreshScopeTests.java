package io.governance.boot.refresh;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.governance.boot.config.LiveConfig;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** When beans are replaced, and in which order. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefreshScopeTests extends RefreshScopeFixture {

	@Test
	void replacesABeanOnlyWhenAKeyBelowItsPrefixChanged() {
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		awaitEntry("mailer a:1 destroyed");
		assertThat(this.journal.entries).contains("mailer b:1 made", "every made")
			.noneMatch((entry) -> entry.startsWith("sms") || entry.startsWith("exclusive"));
		this.journal.entries.clear();
		save("mail: {host: b, port: 1}, sms: {url: y}, lock: {file: f}, other: 1");
		assertThat(this.journal.entries).contains("sms y made", "sms x destroyed", "every made")
			.noneMatch((entry) -> entry.startsWith("mailer") || entry.startsWith("exclusive"));
		this.journal.entries.clear();
		save("mail: {host: b, port: 1}, sms: {url: y}, lock: {file: f}, other: 2");
		assertThat(this.journal.entries).filteredOn((entry) -> !entry.startsWith("tick"))
			.containsExactly("every made", "told", "every destroyed", "refreshed every", "changed");
	}

	@Test
	@DisplayName("the new object is made before the old one is destroyed, and that is when all have followed")
	void makesTheNewOneBeforeTheOldOneIsDestroyed() {
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		// A tick that is in the old one keeps it, if need be until after the change.
		awaitEntry("mailer a:1 destroyed");
		assertThat(this.journal.entries).filteredOn((entry) -> !entry.contains("every") && !entry.startsWith("tick"))
			.hasSize(5)
			.containsSubsequence("mailer b:1 made", "told", "mailer a:1 destroyed")
			.containsSubsequence("told", "refreshed mailer", "changed");
	}

	@Test
	void makesItOfTheNewConfigHoweverItIsRead() {
		save("mail: {host: b, port: 2, replyTo: me}, sms: {url: x}, lock: {file: f}, other: 1");
		Mailer mailer = this.context.getBean(Mailer.class);
		assertThat(mailer.seen()).as("@Value, relaxed @Value, JavaBean, LiveConfig, Environment")
			.containsExactly("b", "me", "2", "b", "b");
	}

	@Test
	void destroysAnExclusiveOneFirst() {
		save("mail: {host: a, port: 1}, sms: {url: x}, lock: {file: g}, other: 1");
		assertThat(this.journal.entries.stream().filter((entry) -> entry.startsWith("exclusive")))
			.containsExactly("exclusive f destroyed", "exclusive g made");
	}

	@Test
	void letsCallsInFlightFinishBeforeTheOldOneIsDestroyed() throws Exception {
		Mailer mailer = this.context.getBean(Mailer.class);
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch leave = new CountDownLatch(1);
		CompletableFuture<String> call = CompletableFuture.supplyAsync(() -> mailer.send(entered, leave));
		assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		assertThat(mailer.host()).isEqualTo("b");
		assertThat(this.journal.entries).doesNotContain("mailer a:1 destroyed");
		leave.countDown();
		assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("sent by a, which is alive");
		awaitEntry("mailer a:1 destroyed");
	}

	@Test
	void doesNotMakeWhatNobodyHasUsed() {
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		assertThat(this.journal.entries).noneMatch((entry) -> entry.startsWith("lazy"));
		assertThat(this.context.getBean(LazyBean.class).host()).isEqualTo("b");
		save("mail: {host: c, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		assertThat(this.context.getBean(LazyBean.class).host()).isEqualTo("c");
		assertThat(this.journal.count("lazy made")).isEqualTo(2);
	}

	@Test
	@DisplayName("an object that is being made of the old config while a change is applied is made again")
	void doesNotKeepWhatWasMadeOfTheOldConfigMeanwhile() throws Exception {
		CountDownLatch making = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		this.journal.whileLazyIsMade = () -> {
			making.countDown();
			try {
				goOn.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		};
		CompletableFuture<String> call = CompletableFuture
			.supplyAsync(() -> this.context.getBean(LazyBean.class).host());
		assertThat(making.await(10, TimeUnit.SECONDS)).isTrue();
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		goOn.countDown();
		assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("b");
		assertThat(this.journal.count("lazy made")).isEqualTo(2);
	}

	@Test
	void makesBeansOfEachOther() {
		save("mail: {host: b, port: 1}, sms: {url: y}, lock: {file: f}, other: 1");
		assertThat(this.context.getBean(Every.class).mailHostAtStart()).isEqualTo("b");
	}

	@Test
	void runsScheduledMethodsOfTheNewObject() {
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		int before = this.journal.count("tick b");
		await().atMost(Duration.ofSeconds(10)).until(() -> this.journal.count("tick b") > before + 2);
		this.journal.entries.clear();
		await().atMost(Duration.ofSeconds(10)).until(() -> this.journal.count("tick b") > 2);
		assertThat(this.journal.entries).doesNotContain("tick a");
	}

	@Test
	void replacesAllOfThemBeforeTheOldOnesAreDestroyedWhenSpringCloudRefreshes() {
		Mailer mailer = this.context.getBean(Mailer.class);
		Object before = target("mailer");
		this.context.getBean(ContextRefresher.class).refresh();
		assertThat(target("mailer")).isNotSameAs(before);
		assertThat(mailer.host()).isEqualTo("a");
		awaitEntry("mailer a:1 destroyed");
		assertThat(this.journal.entries.indexOf("mailer a:1 made")).isBetween(0,
				this.journal.entries.indexOf("mailer a:1 destroyed"));
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		assertThat(mailer.host()).isEqualTo("b");
	}

	@Test
	void destroysEachObjectOnce() {
		for (int i = 2; i < 12; i++) {
			save("mail: {host: h" + i + ", port: 1}, sms: {url: x}, lock: {file: f" + i + "}, other: " + i);
		}
		this.context.close();
		for (int i = 2; i < 12; i++) {
			awaitEntry("mailer h" + i + ":1 destroyed");
			assertThat(this.journal.count("mailer h" + i + ":1 destroyed")).isOne();
			assertThat(this.journal.count("exclusive f" + i + " destroyed")).isOne();
		}
		assertThat(this.journal.count("every destroyed")).isEqualTo(this.journal.count("every made") + 1);
	}

}
