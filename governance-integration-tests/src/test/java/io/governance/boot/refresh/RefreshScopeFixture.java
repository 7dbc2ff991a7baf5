package io.governance.boot.refresh;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.governance.boot.TestFleet;
import io.governance.boot.config.ConfigPrefix;
import io.governance.boot.config.ConfigRejected;
import io.governance.boot.config.LiveConfig;
import io.governance.boot.config.OnConfigChange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.scope.refresh.RefreshScopeRefreshedEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;

import static org.awaitility.Awaitility.await;

/** An application with beans in refresh scope, and what happens to them. */
abstract class RefreshScopeFixture {

	private static final String START = "{mail: {host: a, port: 1}, sms: {url: x}, lock: {file: f}, other: 1}";

	TestFleet fleet;

	ConfigurableApplicationContext context;

	Journal journal;

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

	final Object target(String bean) {
		return this.context.getBean("scopedTarget." + bean);
	}

	final void save(String flow) {
		int changes = this.journal.count("changed");
		this.fleet.save("orders.yaml", "{" + flow + "}");
		await().atMost(Duration.ofSeconds(10)).until(() -> this.journal.count("changed") == changes + 1);
	}

	final void awaitEntry(String entry) {
		await().atMost(Duration.ofSeconds(10)).until(() -> this.journal.entries.contains(entry));
	}

	static class Journal {

		final List<String> entries = new CopyOnWriteArrayList<>();

		volatile boolean refuse;

		volatile Runnable whileLazyIsMade = () -> {
		};

		volatile Runnable whileRefused = () -> {
		};

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
			journal.whileLazyIsMade.run();
			journal.entries.add("lazy made");
		}

		String host() {
			return this.host;
		}

	}

	static class Checker {

		private final Journal journal;

		Checker(Journal journal) {
			this.journal = journal;
		}

		@OnConfigChange("mail")
		void check(Mail now) {
			if (now.port() == 13) {
				this.journal.whileRefused.run();
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
		Checker checker(Journal journal) {
			return new Checker(journal);
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
