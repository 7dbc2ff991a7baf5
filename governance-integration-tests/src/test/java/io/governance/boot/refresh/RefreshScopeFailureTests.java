package io.governance.boot.refresh;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.cloud.context.refresh.ContextRefresher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What is left of a change that cannot be made. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefreshScopeFailureTests extends RefreshScopeFixture {

	@Test
	void keepsTheOldOneAndRejectsTheChangeWhenTheNewOneCannotBeMade() {
		Object before = target("mailer");
		Object every = target("every");
		this.fleet.save("orders.yaml", "{mail: {host: refused, port: 1}, sms: {url: z}, lock: {file: g}, other: 1}");
		awaitEntry("rejected");
		assertThat(target("mailer")).isSameAs(before);
		assertThat(target("every")).isSameAs(every);
		assertThat(this.context.getBean(Mailer.class).host()).isEqualTo("a");
		assertThat(this.context.getBean(Exclusive.class).file()).isEqualTo("f");
		assertThat(this.context.getEnvironment().getProperty("sms.url")).isEqualTo("x");
		assertThat(this.journal.entries).noneMatch((entry) -> entry.equals("mailer a:1 destroyed"))
			.noneMatch("told"::equals);
		for (String bean : List.of("every", "sms z")) {
			assertThat(this.journal.count(bean + " destroyed")).isEqualTo(this.journal.count(bean + " made"));
		}
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		assertThat(this.context.getBean(Mailer.class).host()).isEqualTo("b");
	}

	@Test
	void bringsTheOldOneBackWhenALaterObserverFails() {
		Object before = target("mailer");
		this.fleet.save("orders.yaml", "{mail: {host: b, port: 13}, sms: {url: x}, lock: {file: g}, other: 1}");
		awaitEntry("rejected");
		assertThat(target("mailer")).isSameAs(before);
		assertThat(this.context.getBean(Mailer.class).host()).isEqualTo("a");
		awaitEntry("mailer b:13 destroyed");
		assertThat(this.journal.entries).contains("mailer b:13 made").doesNotContain("mailer a:1 destroyed");
		assertThat(this.journal.entries.stream().filter((entry) -> entry.startsWith("exclusive")))
			.containsExactly("exclusive f destroyed", "exclusive g made", "exclusive g destroyed", "exclusive f made");
		assertThat(this.context.getBean(Exclusive.class).file()).isEqualTo("f");
	}

	@Test
	void makesOneAnewThatWasFirstMadeOfAChangeThatFails() {
		LazyBean lazy = this.context.getBean(LazyBean.class);
		AtomicReference<String> seen = new AtomicReference<>();
		this.journal.whileRefused = () -> seen.set(CompletableFuture.supplyAsync(lazy::host).join());
		this.fleet.save("orders.yaml", "{mail: {host: b, port: 13}, sms: {url: x}, lock: {file: f}, other: 1}");
		awaitEntry("rejected");
		assertThat(seen).hasValue("b");
		assertThat(lazy.host()).isEqualTo("a");
		assertThat(this.journal.count("lazy made")).isEqualTo(2);
	}

	@Test
	void makesAnExclusiveOneOfTheOldConfigAgainWhenItCannotBeMadeOfTheNew() {
		this.fleet.save("orders.yaml", "{mail: {host: b, port: 1}, sms: {url: x}, lock: {file: refused}, other: 1}");
		awaitEntry("rejected");
		assertThat(this.journal.entries.stream().filter((entry) -> entry.startsWith("exclusive")))
			.containsExactly("exclusive f destroyed", "exclusive f made");
		assertThat(this.context.getBean(Exclusive.class).file()).isEqualTo("f");
		assertThat(this.context.getBean(Mailer.class).host()).isEqualTo("a");
		awaitEntry("mailer b:1 destroyed");
		assertThat(this.journal.entries).contains("mailer b:1 made");
	}

	@Test
	void keepsAllOfThemWhenOneCannotBeMadeInARefreshOfSpringCloud() {
		Object before = target("mailer");
		Object every = target("every");
		this.journal.refuse = true;
		ContextRefresher refresher = this.context.getBean(ContextRefresher.class);
		assertThatThrownBy(refresher::refresh).hasRootCauseMessage("no mailer today");
		this.journal.refuse = false;
		assertThat(target("mailer")).isSameAs(before);
		assertThat(target("every")).isSameAs(every);
		assertThat(this.context.getBean(Mailer.class).host()).isEqualTo("a");
	}

}
