package io.governance.boot.config.reload;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class LogLevelsTests extends ReloadFixture {

	private LoggingSystem system;

	@BeforeEach
	void startApplication() {
		save("logging.level.com.example.Started: debug");
		start("logging.level.com.example.Packaged=error");
		this.system = context().getBean(LoggingSystem.class);
	}

	@Test
	void levelsFollowAndGoBackWhereTheirKeyIsRemoved() {
		this.system.setLogLevel("com.example.ByCode", LogLevel.WARN);
		save("logging.level: {com.example.Foo: trace, com.example.ByCode: debug, root: warn}");
		awaitApplied(1);
		assertThat(level("com.example.Foo")).isEqualTo(LogLevel.TRACE);
		assertThat(level("com.example.ByCode")).isEqualTo(LogLevel.DEBUG);
		assertThat(level("ROOT")).isEqualTo(LogLevel.WARN);
		assertThat(level("com.example.Started")).isNull();
		assertThat(level("com.example.Packaged")).isEqualTo(LogLevel.ERROR);
		save("other: 1");
		awaitApplied(2);
		assertThat(level("com.example.Foo")).isNull();
		assertThat(level("com.example.ByCode")).isEqualTo(LogLevel.WARN);
		assertThat(level("ROOT")).isEqualTo(LogLevel.INFO);
	}

	@Test
	void groupsAreSetAsAWholeAndSingleLoggersWin() {
		save("""
				logging:
				  group: {shop: [com.example.cart, com.example.till]}
				  level: {shop: debug, com.example.till: error, sql: warn}
				""");
		awaitApplied(1);
		assertThat(level("com.example.cart")).isEqualTo(LogLevel.DEBUG);
		assertThat(level("com.example.till")).isEqualTo(LogLevel.ERROR);
		assertThat(level("org.hibernate.SQL")).isEqualTo(LogLevel.WARN);
		save("""
				logging:
				  group: {shop: [com.example.till]}
				  level: {shop: debug}
				""");
		awaitApplied(2);
		assertThat(level("com.example.till")).isEqualTo(LogLevel.DEBUG);
		assertThat(level("com.example.cart")).isNull();
		assertThat(level("org.hibernate.SQL")).isNull();
	}

	@Test
	void unknownLevelIsRefused() {
		save("logging.level: {com.example.Foo: trace, com.example.Bar: loud}");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(watcher().rejected().get(0)).contains("orders.yaml:1:", "cannot be converted to LogLevel");
		assertThat(level("com.example.Foo")).isNull();
		assertThat(level("com.example.Started")).isEqualTo(LogLevel.DEBUG);
	}

	@Test
	void levelsAreAsBeforeWhenALaterObserverFails() {
		this.system.setLogLevel("com.example.ByCode", LogLevel.WARN);
		save("{fail: 1, logging.level: {com.example.ByCode: debug, com.example.Foo: trace}}");
		eventually(() -> assertThat(watcher().rejected()).hasSize(1));
		assertThat(level("com.example.ByCode")).isEqualTo(LogLevel.WARN);
		assertThat(level("com.example.Foo")).isNull();
		assertThat(level("com.example.Started")).isEqualTo(LogLevel.DEBUG);
	}

	private LogLevel level(String logger) {
		var configuration = this.system.getLoggerConfiguration(logger);
		return (configuration != null) ? configuration.getConfiguredLevel() : null;
	}

}
