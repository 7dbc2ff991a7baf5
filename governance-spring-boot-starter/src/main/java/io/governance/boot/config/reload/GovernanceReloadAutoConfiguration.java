package io.governance.boot.config.reload;

import com.zaxxer.hikari.HikariDataSource;
import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.config.RebindExclusion;
import io.governance.boot.config.SnapshotSettings;
import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.config.ConfigManager;
import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.logging.LoggerGroups;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.tomcat.autoconfigure.TomcatServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Auto-configuration of the ready-made reloaders, each for what is on the classpath.
 */
@AutoConfiguration(after = GovernanceConfigAutoConfiguration.class)
@ConditionalOnBean(name = GovernanceBootstrap.BEAN_NAME)
@EnableConfigurationProperties(GovernanceReloadProperties.class)
public final class GovernanceReloadAutoConfiguration {

	/**
	 * Hikari connection pools.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HikariDataSource.class, DataSourceUnwrapper.class })
	static class HikariConfiguration {

		/** Setters of a running pool throw, so it is never rebound. */
		@Bean
		RebindExclusion governanceHikariRebindExclusion() {
			return HikariDataSource.class::isAssignableFrom;
		}

	}

	/**
	 * The reloader of Hikari connection pools.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HikariDataSource.class, DataSourceUnwrapper.class })
	@ConditionalOnBooleanProperty(name = "governance.config.reload.hikari.enabled", matchIfMissing = true)
	@RegisterReflectionForBinding({ PoolSettings.class, PoolSource.class, HikariPools.BootSettings.class })
	static class HikariReloadConfiguration {

		@Bean
		SettingsReloader<?> governanceHikariReloader(ConfigurableApplicationContext context, SnapshotSettings settings,
				ConfigManager manager) {
			return new SettingsReloader<>(new HikariPools(context, settings), manager);
		}

	}

	/**
	 * The reloader of log levels, of which a process has one set.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnMissingBean(name = "governanceLoggingReloader")
	@ConditionalOnBooleanProperty(name = "governance.config.reload.logging.enabled", matchIfMissing = true)
	static class LoggingReloadConfiguration {

		@Bean
		@ConditionalOnBean({ LoggingSystem.class, LoggerGroups.class })
		SettingsReloader<?> governanceLoggingReloader(LoggingSystem system, LoggerGroups groups,
				SnapshotSettings settings, ConfigManager manager) {
			return new SettingsReloader<>(new LogLevels(system, groups, settings), manager);
		}

	}

	/**
	 * The reloader of Redis connections.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ LettuceConnectionFactory.class, DataRedisProperties.class })
	@ConditionalOnBooleanProperty(name = "governance.config.reload.redis.enabled", matchIfMissing = true)
	static class RedisReloadConfiguration {

		@Bean
		static SwappableRedisProcessor governanceSwappableRedisProcessor() {
			return new SwappableRedisProcessor();
		}

		@Bean
		SettingsReloader<?> governanceRedisReloader(SwappableRedisProcessor processor, SnapshotSettings settings,
				ConfigManager manager) {
			return new SettingsReloader<>(new RedisConnections(processor.factories(), settings), manager);
		}

	}

	/**
	 * The reloader of Tomcat.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ TomcatWebServer.class, TomcatServerProperties.class })
	@ConditionalOnBooleanProperty(name = "governance.config.reload.web-server.enabled", matchIfMissing = true)
	static class TomcatReloadConfiguration {

		@Bean
		SettingsReloader<?> governanceWebServerReloader(ConfigurableApplicationContext context,
				SnapshotSettings settings, ConfigManager manager) {
			TomcatSettings tomcat = new TomcatSettings(context, settings);
			context.addApplicationListener(tomcat);
			return new SettingsReloader<>(tomcat, manager);
		}

	}

	/**
	 * What tells that other web servers need a restart.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebServerApplicationContext.class)
	@ConditionalOnMissingClass("org.springframework.boot.tomcat.TomcatWebServer")
	@ConditionalOnWebApplication
	@ConditionalOnBooleanProperty(name = "governance.config.reload.web-server.enabled", matchIfMissing = true)
	static class OtherWebServerReloadConfiguration {

		@Bean
		SettingsReloader<?> governanceWebServerReloader(ConfigManager manager) {
			return new SettingsReloader<>(new FixedWebServer(), manager);
		}

	}

}
