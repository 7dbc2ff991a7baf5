package io.governance.boot.configdata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

import io.governance.boot.TestFleet;
import io.governance.boot.config.ConfigPrefix;
import io.governance.boot.config.LiveConfig;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigRejection;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Tests for layers in a running application: further documents, conditions on profiles,
 * layouts of other libraries, and placeholders across all of them.
 */
@ExtendWith(OutputCaptureExtension.class)
class RemoteLayersTests {

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
	}

	@Test
	void readsFurtherDocumentsAndFollowsThem(CapturedOutput output) {
		this.fleet.save("shared", "common.yaml", "{a: common, b: common}");
		this.fleet.save("orders.yaml", "{a: orders, c: orders}");
		this.fleet.save("banner.txt", "Hello\n");
		try (ConfigurableApplicationContext context = start("governance.config.documents[0].name=common.yaml",
				"governance.config.documents[0].group=shared", "governance.config.documents[1].name=override.yaml",
				"governance.config.documents[1].position=above", "governance.config.documents[1].optional=true",
				"governance.config.documents[2].name=banner.txt", "governance.config.documents[2].key=app.banner")) {
			assertThat(property(context, "a")).isEqualTo("orders");
			assertThat(property(context, "b")).isEqualTo("common");
			assertThat(property(context, "app.banner")).isEqualTo("Hello\n");
			assertThat(output).containsOnlyOnce(
					"Remote config, the lowest precedence first: [default/shared/common.yaml, default/default/banner.txt as text under 'app.banner', default/default/orders.yaml]; 12 more documents are watched and do not exist");

			this.fleet.save("override.yaml", "{c: override}");
			this.fleet.save("shared", "common.yaml", "{b: changed}");
			this.fleet.save("banner.txt", "Bye\n");

			eventually(() -> {
				assertThat(property(context, "b")).isEqualTo("changed");
				assertThat(property(context, "c")).isEqualTo("override");
				assertThat(property(context, "app.banner")).isEqualTo("Bye\n");
			});
		}
	}

	@Test
	void followsADocumentOfAnotherNamespace() throws IOException {
		Path common = Files.createDirectories(this.fleet.directory().resolve("config/common/default"));
		Files.writeString(common.resolve("base.yaml"), "{a: base, b: base}");
		this.fleet.save("orders.yaml", "a: orders");
		try (ConfigurableApplicationContext context = start("governance.config.documents[0].name=base.yaml",
				"governance.config.documents[0].namespace=common")) {
			assertThat(property(context, "a")).isEqualTo("orders");
			assertThat(property(context, "b")).isEqualTo("base");
			Files.writeString(common.resolve("base.yaml"), "{a: base, b: changed}");
			eventually(() -> assertThat(property(context, "b")).isEqualTo("changed"));
			this.fleet.save("orders.yaml", "b: orders");
			eventually(() -> assertThat(property(context, "b")).isEqualTo("orders"));
			assertThat(property(context, "a")).isEqualTo("base");
		}
	}

	@Test
	void doesNotStartWithoutADocumentThatIsRequiredAndSaysWhatToDo(CapturedOutput output) {
		assertThatThrownBy(() -> start("governance.config.documents[0].name=common.yaml"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("default/default/common.yaml: is required and does not exist")
			.contains("set optional: true where governance.config.documents names common.yaml");
	}

	@Test
	@DisplayName("F14 a required document that is deleted is refused, and the last good one stays")
	void keepsADocumentThatIsRequired() {
		this.fleet.save("common.yaml", "a: 1");
		try (ConfigurableApplicationContext context = start("governance.config.documents[0].name=common.yaml")) {
			this.fleet.delete("common.yaml");
			assertThat(rejection(context).describe())
				.startsWith("default/default/common.yaml: is required and does not exist");
			assertThat(property(context, "a")).isEqualTo("1");
			this.fleet.save("common.yaml", "a: 2");
			eventually(() -> {
				assertThat(property(context, "a")).isEqualTo("2");
				assertThat(context.getBean(ConfigManager.class).status().rejection()).isNull();
			});
		}
	}

	@Test
	void takesThePartsOfADocumentThatTheProfilesActivate() {
		this.fleet.save("orders.yaml", """
				where: all
				---
				spring.config.activate.on-profile: "!prod"
				not-prod: true
				---
				spring.config.activate.on-profile: "eu & prod"
				where: eu and prod
				---
				spring.config.activate.on-profile: "us | test"
				where: never
				""");
		try (ConfigurableApplicationContext context = start("spring.profiles.active=eu,prod")) {
			assertThat(property(context, "where")).isEqualTo("eu and prod");
			assertThat(property(context, "not-prod")).isNull();
			assertThat(property(context, "spring.config.activate.on-profile")).isNull();
		}
		try (ConfigurableApplicationContext context = start("governance.config.cache.enabled=false")) {
			assertThat(property(context, "where")).isEqualTo("all");
			assertThat(property(context, "not-prod")).isEqualTo("true");
			this.fleet.save("orders.yaml", "spring.config.activate.on-profile: default\nwhere: changed");
			eventually(() -> assertThat(property(context, "where")).isEqualTo("changed"));
			this.fleet.save("orders.yaml", "a: 1\n---\nspring.config.activate.on-profile: 'a & b | c'\nwhere: x");
			assertThat(rejection(context).describe())
				.startsWith("default/default/orders.yaml:3:36: 'spring.config.activate.on-profile' is not a profile");
		}
	}

	@Test
	void readsWhatSpringCloudAlibabaHasStored() {
		this.fleet.save("orders", "a=bare\nb=bare\nc=bare");
		this.fleet.save("orders.yml", "{b: file, c: file}");
		this.fleet.save("orders-eu.properties", "c=profile");
		this.fleet.save("application.yaml", "d: not read");
		this.fleet.save("redis.yaml", "e: shared");
		try (ConfigurableApplicationContext context = start("governance.config.layout=spring-cloud-alibaba",
				"spring.profiles.active=eu", "governance.config.documents[0].name=redis.yaml")) {
			assertThat(property(context, "a")).isEqualTo("bare");
			assertThat(property(context, "b")).isEqualTo("file");
			assertThat(property(context, "c")).isEqualTo("profile");
			assertThat(property(context, "d")).isNull();
			assertThat(property(context, "e")).isEqualTo("shared");
			this.fleet.save("orders", "a=changed");
			eventually(() -> assertThat(property(context, "a")).isEqualTo("changed"));
		}
	}

	@Test
	void bindsAgainWhatRefersToAChangedKey() {
		this.fleet.save("application.yaml", "db: {hostName: one}\nregion: eu");
		this.fleet.save("orders.yaml", "remote: {url: 'jdbc:${db.host-name}'}\neu: {limit: 1}\nus: {limit: 2}");
		try (ConfigurableApplicationContext context = start("local.url=http://${db.host-name}/${region}",
				"chain.url=${local.url}/x", "composed.url=${${region}.limit}", "fixed.url=nothing")) {
			Urls urls = context.getBean(Urls.class);
			assertThat(urls.remote.get().url()).isEqualTo("jdbc:one");
			assertThat(urls.local.get().url()).isEqualTo("http://one/eu");
			assertThat(urls.chain.get().url()).isEqualTo("http://one/eu/x");
			assertThat(urls.composed.get().url()).isEqualTo("1");
			Url fixed = urls.fixed.get();
			Target bean = context.getBean(Target.class);
			assertThat(bean.getUrl()).isEqualTo("jdbc:one");

			this.fleet.save("application.yaml", "db: {hostName: two}\nregion: us");

			eventually(() -> assertThat(urls.remote.get().url()).isEqualTo("jdbc:two"));
			assertThat(urls.local.get().url()).isEqualTo("http://two/us");
			assertThat(urls.chain.get().url()).isEqualTo("http://two/us/x");
			assertThat(urls.composed.get().url()).isEqualTo("2");
			assertThat(urls.fixed.get()).isSameAs(fixed);
			eventually(() -> assertThat(bean.getUrl()).isEqualTo("jdbc:two"));
		}
	}

	@Test
	void knowsWhichPropertyAnEnvironmentVariableStandsFor() {
		assertThat(GovernanceEnvironmentPostProcessor.propertyOf("REMOTE_URL")).isEqualTo("remote.url");
		assertThat(GovernanceEnvironmentPostProcessor.propertyOf("A_LIST_0_B_1")).isEqualTo("a.list[0].b[1]");
	}

	@Test
	void resolvesAgainstTheCandidateInEverySpelling() {
		this.fleet.save("orders.yaml", "remote: {url: none}");
		try (ConfigurableApplicationContext context = start()) {
			Urls urls = context.getBean(Urls.class);
			this.fleet.save("orders.yaml", "remote: {url: 'jdbc:${new-db.host-name}'}\nnewDb: {hostName: one}");
			eventually(() -> assertThat(urls.remote.get().url()).isEqualTo("jdbc:one"));
			this.fleet.save("orders.yaml", "remote: {url: 'jdbc:${new-db.host-name}'}\nnewDb: {host_name: two}");
			eventually(() -> assertThat(urls.remote.get().url()).isEqualTo("jdbc:two"));
		}
	}

	@Test
	void refusesAPlaceholderThatCannotBeResolved() {
		this.fleet.save("application.yaml", "db: {host: one}");
		this.fleet.save("orders.yaml", "other: 1\nremote:\n  url: jdbc:${db.host}\n");
		try (ConfigurableApplicationContext context = start()) {
			Urls urls = context.getBean(Urls.class);
			assertThat(urls.remote.get().url()).isEqualTo("jdbc:one");

			this.fleet.save("application.yaml", "db: {}");

			assertThat(rejection(context).describe())
				.startsWith("default/default/orders.yaml:3:8: 'remote.url' has a placeholder that cannot be resolved");
			assertThat(urls.remote.get().url()).isEqualTo("jdbc:one");
			this.fleet.save("orders.yaml", "remote:\n  url: 'jdbc:${db.host:none}'\n");
			eventually(() -> assertThat(urls.remote.get().url()).isEqualTo("jdbc:none"));
			this.fleet.save("orders.yaml", "unused: '${nowhere}'\nremote:\n  url: '\\${text}'\n");
			eventually(() -> assertThat(urls.remote.get().url()).isEqualTo("${text}"));

			this.fleet.save("orders.yaml", "remote:\n  url: '${remote.url:none}'\n");

			assertThat(rejection(context).describe()).contains("leads back to its own property has no value");
			assertThat(urls.remote.get().url()).isEqualTo("${text}");
		}
	}

	@Test
	void toleratesAPlaceholderThatBootHasStartedWith() {
		this.fleet.save("orders.yaml", "plain: {text: '${nowhere}', size: 1}");
		try (ConfigurableApplicationContext context = start()) {
			Plain plain = context.getBean(Plain.class);
			assertThat(plain.getText()).isEqualTo("${nowhere}");
			this.fleet.save("orders.yaml", "plain: {text: '${nowhere}', size: 2}");
			eventually(() -> assertThat(plain.getSize()).isEqualTo(2));
			this.fleet.save("orders.yaml", "plain: {text: '${nowhere.else}', size: 3}");
			assertThat(rejection(context).describe()).startsWith("default/default/orders.yaml:1:15: 'plain.text'");
			assertThat(plain.getSize()).isEqualTo(2);
		}
	}

	private ConfigurableApplicationContext start(String... properties) {
		return this.fleet.start(Application.class, properties);
	}

	private static ConfigRejection rejection(ConfigurableApplicationContext context) {
		ConfigManager manager = context.getBean(ConfigManager.class);
		eventually(() -> assertThat(manager.status().rejection()).isNotNull());
		return manager.status().rejection();
	}

	private static void eventually(ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(20)).untilAsserted(assertion);
	}

	private static String property(ConfigurableApplicationContext context, String name) {
		return context.getEnvironment().getProperty(name);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties({ Target.class, Plain.class })
	static class Application {

		@Bean
		Urls urls(@ConfigPrefix("remote") LiveConfig<Url> remote, @ConfigPrefix("local") LiveConfig<Url> local,
				@ConfigPrefix("chain") LiveConfig<Url> chain, @ConfigPrefix("composed") LiveConfig<Url> composed,
				@ConfigPrefix("fixed") LiveConfig<Url> fixed) {
			return new Urls(remote, local, chain, composed, fixed);
		}

	}

	record Urls(LiveConfig<Url> remote, LiveConfig<Url> local, LiveConfig<Url> chain, LiveConfig<Url> composed,
			LiveConfig<Url> fixed) {
	}

	record Url(String url) {
	}

	@ConfigurationProperties("remote")
	static class Target {

		private String url = "";

		public String getUrl() {
			return this.url;
		}

		public void setUrl(String url) {
			this.url = url;
		}

	}

	@ConfigurationProperties("plain")
	static class Plain {

		private String text = "";

		private int size;

		public String getText() {
			return this.text;
		}

		public void setText(String text) {
			this.text = text;
		}

		public int getSize() {
			return this.size;
		}

		public void setSize(int size) {
			this.size = size;
		}

	}

}
