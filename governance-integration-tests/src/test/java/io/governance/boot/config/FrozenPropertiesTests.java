package io.governance.boot.config;

import java.nio.file.Path;
import java.time.Duration;

import io.governance.boot.TestFleet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Properties that are bound by a constructor, and so cannot follow the config. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class FrozenPropertiesTests {

	private static final String UNFOLLOWED = "is bound by its constructor and does not follow the config";

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("orders.yaml", "{given: {size: 1}, watched: {size: 1}, live: {size: 1}}");
		this.context = this.fleet.start(Application.class);
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void whoHasThemIsToldOnceToAskForLiveConfig(CapturedOutput output) {
		save("{stamp: 1, given: {size: 2}}");
		save("{stamp: 2, given: {size: 3}}");
		assertThat(output).contains("The bean of 'given' " + UNFOLLOWED
				+ ": [holder, otherObserver] had better ask for LiveConfig<FrozenPropertiesTests.Given>");
		assertThat(StringUtils.countOccurrencesOf(output.toString(), UNFOLLOWED)).isEqualTo(1);
	}

	@Test
	void nobodyIsToldWhereNobodyHasThemOrWhoHasThemFollowsOrTheyAreWhatTheyWere(CapturedOutput output) {
		save("{stamp: 1, given: {size: 1, colour: red}, watched: {size: 2}, live: {size: 2}}");
		assertThat(output).doesNotContain(UNFOLLOWED);
		assertThat(this.context.getBean(Observer.class).size).isEqualTo(2);
	}

	private void save(String text) {
		this.fleet.save("orders.yaml", text);
		String stamp = text.substring(8, 9);
		await().atMost(Duration.ofSeconds(30))
			.until(() -> stamp.equals(this.context.getEnvironment().getProperty("stamp"))
					&& this.context.getBean(Observer.class).stamp.equals(stamp));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties({ Given.class, Watched.class, Live.class })
	static class Application {

		@Bean
		String holder(Given given) {
			return "given " + given;
		}

		@Bean
		String liveHolder(LiveConfig<Live> live) {
			return "live " + live.get();
		}

		@Bean
		OtherObserver otherObserver(Given given) {
			return new OtherObserver();
		}

		@Bean
		Observer observer(Watched watched) {
			return new Observer(watched);
		}

	}

	/** Told of other changes than those of what it has been given. */
	static class OtherObserver {

		@OnConfigChange("given-away")
		void changed() {
		}

	}

	static class Observer {

		private volatile int size;

		private volatile String stamp = "";

		Observer(Watched watched) {
			this.size = watched.size();
		}

		@OnConfigChange("watched")
		void resize(Watched now) {
			this.size = now.size();
		}

		/** Observers of the other beans have been told by then. */
		@OnConfigChange("stamp")
		void stamp(String now) {
			this.stamp = now;
		}

	}

	@ConfigurationProperties("given")
	record Given(int size) {
	}

	@ConfigurationProperties("watched")
	record Watched(int size) {
	}

	@ConfigurationProperties("live")
	record Live(int size) {
	}

}
