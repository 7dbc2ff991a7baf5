package io.governance.boot.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Objects;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigStatus;
import io.governance.config.secret.SecretBox;
import io.governance.config.secret.SecretKeys;
import jakarta.validation.constraints.NotBlank;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.aot.BeanInstanceSupplier;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.validation.annotation.Validated;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service that starts on config that it has never worked with uses it if it can: what
 * looks bad to a check before there are beans may be right once they are made.
 */
@Timeout(60)
class GoodConfigAtStartTests {

	private TestFleet fleet;

	private Path directory;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.directory = directory;
		this.fleet = new TestFleet(directory);
	}

	@Test
	void propertiesWhoseConstructorTakesOtherBeansAreBoundByTheirSetters() {
		startsOnNewConfig(ComponentApplication.class);
	}

	@Test
	void secretOfPropertiesWhoseConstructorTakesOtherBeansIsBoundByItsSetter() throws Exception {
		Path keys = Files.writeString(this.directory.resolve("keys"), SecretKeys.generate(new SecureRandom()));
		Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
		String written = new SecretBox(SecretKeys.read(keys)).encrypt("shop.url", "s3cret");
		this.fleet.save("orders.yaml", "shop: {url: '" + written + "'}");
		try (ConfigurableApplicationContext context = this.fleet.start(ComponentApplication.class,
				"governance.secrets.key-file=" + keys)) {
			assertThat(context.getBean(Shop.class).getUrl()).isEqualTo("s3cret");
		}
	}

	@Test
	void whatAFactoryMethodSetsIsNotMissing() {
		startsOnNewConfig(MadeApplication.class);
	}

	@Test
	void whatAFactoryMethodSetsIsNotMissingAfterProcessingAheadOfTime() {
		startsOnNewConfig(GeneratedApplication.class);
	}

	@Test
	void lazyPropertiesThatNobodyUsesMayBeIncomplete() {
		startsOnNewConfig(UnusedApplication.class, "spring.main.lazy-initialization=true");
	}

	@Test
	void liveConfigThatNobodyAsksForMayBeIncomplete() {
		startsOnNewConfig(ProviderApplication.class);
	}

	private void startsOnNewConfig(Class<?> application, String... properties) {
		this.fleet.save("orders.yaml", "{version: 1, shop: {url: one}}");
		this.fleet.start(application, properties).close();
		this.fleet.save("orders.yaml", "{version: 2, shop: {url: two}}");
		try (ConfigurableApplicationContext context = this.fleet.start(application, properties)) {
			ConfigStatus status = context.getBean(ConfigManager.class).status();
			assertThat(status.rejection()).isNull();
			assertThat(status.source()).isEqualTo(ConfigStatus.Source.BACKEND);
			assertThat(context.getEnvironment().getProperty("version")).isEqualTo("2");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Shop.class)
	static class ComponentApplication {

	}

	@ConfigurationProperties("shop")
	@Validated
	static class Shop {

		@NotBlank
		private String url;

		Shop(Environment environment) {
			Objects.requireNonNull(environment);
		}

		public String getUrl() {
			return this.url;
		}

		public void setUrl(String url) {
			this.url = url;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class MadeApplication {

		@Bean
		@ConfigurationProperties("preset")
		static Preset preset() {
			Preset preset = new Preset();
			preset.setOwner("code");
			return preset;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(GeneratedDefinition.class)
	static class GeneratedApplication {

	}

	/** As Spring writes it down ahead of time for {@link MadeApplication#preset()}. */
	static class GeneratedDefinition implements ImportBeanDefinitionRegistrar {

		@Override
		public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
			RootBeanDefinition definition = new RootBeanDefinition(Preset.class);
			definition
				.setInstanceSupplier(BeanInstanceSupplier.<Preset>forFactoryMethod(MadeApplication.class, "preset")
					.withGenerator((bean) -> MadeApplication.preset()));
			registry.registerBeanDefinition("preset", definition);
		}

	}

	@Validated
	static class Preset {

		@NotBlank
		private String owner;

		public String getOwner() {
			return this.owner;
		}

		public void setOwner(String owner) {
			this.owner = owner;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties(Feature.class)
	static class UnusedApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ProviderApplication {

		@Bean
		Unasked unasked(ObjectProvider<LiveConfig<Feature>> feature) {
			return new Unasked(feature);
		}

	}

	record Unasked(ObjectProvider<LiveConfig<Feature>> feature) {
	}

	@ConfigurationProperties("feature")
	@Validated
	record Feature(@NotBlank String url) {
	}

}
