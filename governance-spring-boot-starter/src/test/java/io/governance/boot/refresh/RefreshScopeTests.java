package io.governance.boot.refresh;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.governance.boot.TestFleet;
import io.governance.boot.config.ConfigPrefix;
import io.governance.boot.config.ConfigRejected;
import io.governance.boot.config.LiveConfig;
import io.governance.boot.config.OnConfigChange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.refresh.ContextRefresher;
import org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefreshScopeTests {

	private static final String START = "{mail: {host: a, port: 1}, sms: {url: x}, lock: {file: f}, other: 1}";

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	private Journal journal;

	@BeforeEach
	void start(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml", START);
		this.context = this.fleet.start(Application.class);
		this.journal = this.context.getBean(Journal.class);
		this.journal.entries.clear();
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void replacesABeanOnlyWhenAKeyBelowItsPrefixChanged() {
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		assertThat(this.journal.entries).contains("mailer b:1 made", "mailer a:1 destroyed", "every made")
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
		assertThat(this.journal.entries).filteredOn((entry) -> !entry.contains("every") && !entry.startsWith("tick"))
			.containsExactly("mailer b:1 made", "told", "mailer a:1 destroyed", "refreshed mailer", "changed");
	}

	@Test
	void makesItOfTheNewConfigHoweverItIsRead() {
		save("mail: {host: b, port: 2, replyTo: me}, sms: {url: x}, lock: {file: f}, other: 1");
		Mailer mailer = this.context.getBean(Mailer.class);
		assertThat(mailer.seen()).as("@Value, relaxed @Value, JavaBean, LiveConfig, Environment")
			.containsExactly("b", "me", "2", "b", "b");
	}

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
		assertThat(this.journal.entries).contains("mailer b:13 made", "mailer b:13 destroyed")
			.doesNotContain("mailer a:1 destroyed");
		assertThat(this.journal.entries.stream().filter((entry) -> entry.startsWith("exclusive")))
			.containsExactly("exclusive f destroyed", "exclusive g made", "exclusive g destroyed", "exclusive f made");
		assertThat(this.context.getBean(Exclusive.class).file()).isEqualTo("f");
	}

	@Test
	void destroysAnExclusiveOneFirst() {
		save("mail: {host: a, port: 1}, sms: {url: x}, lock: {file: g}, other: 1");
		assertThat(this.journal.entries.stream().filter((entry) -> entry.startsWith("exclusive")))
			.containsExactly("exclusive f destroyed", "exclusive g made");
	}

	@Test
	void makesAnExclusiveOneOfTheOldConfigAgainWhenItCannotBeMadeOfTheNew() {
		this.fleet.save("orders.yaml", "{mail: {host: b, port: 1}, sms: {url: x}, lock: {file: refused}, other: 1}");
		awaitEntry("rejected");
		assertThat(this.journal.entries.stream().filter((entry) -> entry.startsWith("exclusive")))
			.containsExactly("exclusive f destroyed", "exclusive f made");
		assertThat(this.context.getBean(Exclusive.class).file()).isEqualTo("f");
		assertThat(this.context.getBean(Mailer.class).host()).isEqualTo("a");
		assertThat(this.journal.entries).contains("mailer b:1 made", "mailer b:1 destroyed");
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
		assertThat(this.journal.entries.indexOf("mailer a:1 made")).isBetween(0,
				this.journal.entries.indexOf("mailer a:1 destroyed"));
		save("mail: {host: b, port: 1}, sms: {url: x}, lock: {file: f}, other: 1");
		assertThat(mailer.host()).isEqualTo("b");
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

	@Test
	void destroysEachObjectOnce() {
		for (int i = 2; i < 12; i++) {
			save("mail: {host: h" + i + ", port: 1}, sms: {url: x}, lock: {file: f" + i + "}, other: " + i);
		}
		this.context.close();
		for (int i = 2; i < 12; i++) {
			assertThat(this.journal.count("mailer h" + i + ":1 destroyed")).isOne();
			assertThat(this.journal.count("exclusive f" + i + " destroyed")).isOne();
		}
		assertThat(this.journal.count("every destroyed")).isEqualTo(this.journal.count("every made") + 1);
	}

	private Object target(String bean) {
		return this.context.getBean("scopedTarget." + bean);
	}

	private void save(String flow) {
		int changes = this.journal.count("changed");
		this.fleet.save("orders.yaml", "{" + flow + "}");
		await().atMost(Duration.ofSeconds(10)).until(() -> this.journal.count("changed") == changes + 1);
	}

	private void awaitEntry(String entry) {
		await().atMost(Duration.ofSeconds(10)).until(() -> this.journal.entries.contains(entry));
	}

	static class Journal {

		private final List<String> entries = new CopyOnWriteArrayList<>();

		private volatile boolean refuse;

		int count(String entry) {
			return (int) this.entries.stream().filter(entry::equals).count();
		}

		@OnConfigChange
		void told() {
			this.entries.add("told");
		}

		@EventListener
		void refreshed(RefreshScopeRefreshedEvent event) {
			this.entries.add("refreshed " + event.getName().replace("scopedTarget.", ""));
		}

		@EventListener
		void changed(io.governance.boot.config.ConfigChanged event) {
			this.entries.add("changed");
		}

		@EventListener
		void rejected(ConfigRejected event) {
			this.entries.add("rejected");
		}

	}

	@ConfigurationProperties("mail")
	public static class MailProperties {

		private String host = "none";

		private int port;

		public String getHost() {
			return this.host;
		}

		public void setHost(String host) {
			this.host = host;
		}

		public int getPort() {
			return this.port;
		}

		public void setPort(int port) {
			this.port = port;
		}

	}

	@ConfigurationProperties("mail")
	record Mail(String host, int port) {
	}

	/** Declares its prefix with an annotation on the method that makes it. */
	static class Mailer implements DisposableBean {

		private final Journal journal;

		private final List<String> seen;

		private final String name;

		private boolean alive = true;

		@Value("${mail.host}")
		private String host;

		@Value("${mail.reply-to:nobody}")
		private String replyTo;

		Mailer() {
			this.journal = null;
			this.seen = List.of();
			this.name = "proxy";
		}

		Mailer(Journal journal, MailProperties properties, LiveConfig<Mail> live, Environment environment) {
			if (properties.getHost().equals("refused") || journal.refuse) {
				throw new IllegalStateException("no mailer today");
			}
			this.journal = journal;
			this.seen = List.of(String.valueOf(properties.getPort()), live.get().host(),
					environment.getRequiredProperty("mail.host"));
			this.name = "mailer " + properties.getHost() + ":" + properties.getPort();
			journal.entries.add(this.name + " made");
		}

		List<String> seen() {
			List<String> all = new CopyOnWriteArrayList<>(List.of(this.host, this.replyTo));
			all.addAll(this.seen);
			return all;
		}

		String host() {
			return this.host;
		}

		String send(CountDownLatch entered, CountDownLatch leave) {
			entered.countDown();
			try {
				leave.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			return "sent by " + this.host + ", which is " + (this.alive ? "alive" : "dead");
		}

		@Scheduled(fixedDelay = 5)
		void tick() {
			this.journal.entries.add("tick " + this.host);
		}

		@Override
		public void destroy() {
			this.alive = false;
			this.journal.entries.add(this.name + " destroyed");
		}

	}

	/** Declares its prefix by its properties. */
	@ConfigurationProperties("sms")
	public static class Sms implements DisposableBean {

		private final Journal journal;

		private String url;

		Sms(Journal journal) {
			this.journal = journal;
		}

		public String getUrl() {
			return this.url;
		}

		public void setUrl(String url) {
			this.url = url;
			this.journal.entries.add("sms " + url + " made");
		}

		@Override
		public void destroy() {
			this.journal.entries.add("sms " + this.url + " destroyed");
		}

	}

	/** Declares its prefix with an annotation on the class. */
	@ConfigPrefix("lock")
	@ConfigPrefix("unlock")
	@ExclusiveResource
	static class Exclusive implements DisposableBean {

		private final Journal journal;

		private final String file;

		Exclusive() {
			this.journal = null;
			this.file = "proxy";
		}

		Exclusive(Journal journal, String file) {
			if (file.equals("refused")) {
				throw new IllegalStateException("no such file");
			}
			this.journal = journal;
			this.file = file;
			journal.entries.add("exclusive " + file + " made");
		}

		String file() {
			return this.file;
		}

		@Override
		public void destroy() {
			this.journal.entries.add("exclusive " + this.file + " destroyed");
		}

	}

	/** Declares no prefix. */
	static class Every implements DisposableBean {

		private final Journal journal;

		private final String mailHostAtStart;

		Every() {
			this.journal = null;
			this.mailHostAtStart = "proxy";
		}

		Every(Journal journal, Mailer mailer) {
			this.journal = journal;
			this.mailHostAtStart = mailer.host();
			journal.entries.add("every made");
		}

		String mailHostAtStart() {
			return this.mailHostAtStart;
		}

		@Override
		public void destroy() {
			this.journal.entries.add("every destroyed");
		}

	}

	static class LazyBean {

		private final String host;

		LazyBean() {
			this.host = "proxy";
		}

		LazyBean(Journal journal, String host) {
			this.host = host;
			journal.entries.add("lazy made");
		}

		String host() {
			return this.host;
		}

	}

	static class Checker {

		@OnConfigChange("mail")
		void check(Mail now) {
			if (now.port() == 13) {
				throw new IllegalStateException("unlucky");
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	@EnableConfigurationProperties(MailProperties.class)
	static class Application {

		@Bean
		Journal journal() {
			return new Journal();
		}

		@Bean
		Checker checker() {
			return new Checker();
		}

		@Bean
		@RefreshScope
		Every every(Journal journal, Mailer mailer) {
			return new Every(journal, mailer);
		}

		@Bean
		@RefreshScope
		@ConfigPrefix("mail")
		Mailer mailer(Journal journal, MailProperties properties, LiveConfig<Mail> live, Environment environment) {
			return new Mailer(journal, properties, live, environment);
		}

		@Bean
		@RefreshScope
		Sms sms(Journal journal) {
			return new Sms(journal);
		}

		@Bean
		@RefreshScope
		Exclusive exclusive(Journal journal, @Value("${lock.file}") String file) {
			return new Exclusive(journal, file);
		}

		@Bean
		@Lazy
		@RefreshScope
		LazyBean lazyBean(Journal journal, @Value("${mail.host}") String host) {
			return new LazyBean(journal, host);
		}

	}

}
