package io.governance.boot.fleet;

import java.nio.file.Path;
import java.time.Duration;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.local.LocalBackendFactory;
import io.governance.local.LocalSettings;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A local backend in the directory {@code test.directory}. */
@Configuration(proxyBeanMethods = false)
public class LocalBackendConfiguration {

	@Bean
	Backend backend(@Value("${test.directory}") String directory) {
		return in(Path.of(directory));
	}

	/**
	 * Whose instances leave by themselves, and stay listed however slow the machine is.
	 */
	public static Backend in(Path directory) {
		return in(directory, Duration.ofSeconds(30));
	}

	public static Backend in(Path directory, Duration lease) {
		LocalSettings settings = new LocalSettings(directory.toString(), Duration.ofMillis(20), lease,
				Duration.ofMillis(200));
		return new LocalBackendFactory().create(BackendEnvironment.of("local", "default", settings));
	}

}
