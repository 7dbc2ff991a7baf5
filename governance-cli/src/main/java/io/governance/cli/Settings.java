package io.governance.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import io.governance.config.ConfigDocument;
import io.governance.config.ConfigFormats;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/**
 * The settings of a command: what was typed, then system properties and environment
 * variables, then a file. Bound as the starter binds them.
 */
final class Settings {

	private static final String TYPED = "typed";

	private final Map<String, Object> typed;

	private final StandardEnvironment environment = new StandardEnvironment();

	Settings(Map<String, Object> typed, @Nullable Path file) {
		this.typed = new HashMap<>(typed);
		this.environment.getPropertySources().addFirst(new MapPropertySource(TYPED, this.typed));
		if (file != null) {
			this.environment.getPropertySources().addLast(new MapPropertySource("file", read(file)));
		}
		ConfigurationPropertySources.attach(this.environment);
	}

	private static Map<String, Object> read(Path file) {
		Map<String, Object> settings = new LinkedHashMap<>();
		try {
			String name = String.valueOf(file.getFileName()).replaceAll("^\\.+", "");
			ConfigDocument document = ConfigDocument.of(new DocumentId("file", "settings", name),
					Files.readAllBytes(file), Revision.ABSENT);
			ConfigFormats.standard().parse(document).forEach((key, value) -> settings.put(key, value.value()));
		}
		catch (IOException | IllegalArgumentException ex) {
			throw new SettingsException(
					"the settings in " + file + " cannot be read: is it there, and may this user read it?");
		}
		catch (InvalidConfigException ex) {
			throw new SettingsException("the settings in " + file + " cannot be used: " + ex.getMessage());
		}
		if (!settings.isEmpty() && settings.keySet().stream().noneMatch((key) -> key.startsWith("governance."))) {
			throw new SettingsException("the settings in " + file
					+ " cannot be used: nothing in it begins with 'governance.', such as governance.backend");
		}
		return settings;
	}

	void set(String key, String value) {
		this.typed.put(key, value);
	}

	Optional<String> get(String key) {
		return Optional.ofNullable(this.environment.getProperty(key)).filter((value) -> !value.isBlank());
	}

	<T> T bind(String prefix, Class<T> type) {
		try {
			return Binder.get(this.environment)
				.bindOrCreate(prefix, Bindable.of(type),
						new NoUnboundElementsBindHandler(BindHandler.DEFAULT, Settings::isTyped));
		}
		catch (BindException ex) {
			throw new SettingsException(message(ex));
		}
	}

	private static boolean isTyped(ConfigurationPropertySource source) {
		return source.getUnderlyingSource() instanceof MapPropertySource map && map.getName().equals(TYPED);
	}

	/** Tells which setting is wrong, and never its value. */
	private static String message(BindException failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof UnboundConfigurationPropertiesException unbound) {
				return "there is no setting " + unbound.getUnboundProperties()
					.stream()
					.map((property) -> "'" + property.getName() + "'")
					.reduce((a, b) -> a + ", " + b)
					.orElse("of that name");
			}
			if (cause instanceof IllegalArgumentException && cause.getMessage() != null
					&& cause.getMessage().startsWith("governance.")) {
				return cause.getMessage();
			}
		}
		return "setting '" + failure.getName() + "' has a value that cannot be used";
	}

}
