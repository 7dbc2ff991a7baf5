package io.governance.boot.config.reload;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.governance.boot.config.SnapshotSettings;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigSnapshot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggerConfiguration;
import org.springframework.boot.logging.LoggerGroup;
import org.springframework.boot.logging.LoggerGroups;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.ResolvableType;

/**
 * The levels of all loggers that the config names, alone or in a group. A logger that it
 * names no longer has the level again that it had before; one that was named at the start
 * already takes the level of its parent.
 */
final class LogLevels implements LiveTarget<Map<String, LogLevel>> {

	private static final Logger logger = LoggerFactory.getLogger(LogLevels.class);

	private static final String LEVELS = "logging.level";

	private static final String GROUPS = "logging.group";

	/** The groups that Boot brings along. */
	private static final Set<String> OF_BOOT = Set.of("web", "sql");

	private final LoggingSystem system;

	private final LoggerGroups known;

	private final SnapshotSettings settings;

	/**
	 * The levels that loggers had before the config named them; changed in steps only.
	 */
	private final Map<String, @Nullable LogLevel> originals = new HashMap<>();

	LogLevels(LoggingSystem system, LoggerGroups known, SnapshotSettings settings) {
		this.system = system;
		this.known = known;
		this.settings = settings;
	}

	@Override
	public String name() {
		return "log levels";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of(LEVELS, GROUPS);
	}

	@Override
	public Map<String, LogLevel> read(ConfigSnapshot snapshot) {
		Map<String, LogLevel> named = this.settings.bind(snapshot, LEVELS,
				Bindable.mapOf(String.class, LogLevel.class));
		Map<String, List<String>> groups = this.settings.bind(snapshot, GROUPS,
				Bindable.of(ResolvableType.forClassWithGenerics(Map.class, ResolvableType.forClass(String.class),
						ResolvableType.forClassWithGenerics(List.class, String.class))));
		Map<String, LogLevel> levels = new TreeMap<>();
		named.forEach((name, level) -> members(name, groups).forEach((member) -> levels.put(member, level)));
		named.forEach((name, level) -> {
			if (members(name, groups).isEmpty()) {
				levels.put(loggerOf(name), level);
			}
		});
		return levels;
	}

	private List<String> members(String name, Map<String, List<String>> groups) {
		List<String> own = groups.get(name);
		if (own != null) {
			return own;
		}
		LoggerGroup group = OF_BOOT.contains(name) ? this.known.get(name) : null;
		return (group != null) ? group.getMembers() : List.of();
	}

	private static String loggerOf(String name) {
		return name.toUpperCase(Locale.ROOT).equals(LoggingSystem.ROOT_LOGGER_NAME) ? LoggingSystem.ROOT_LOGGER_NAME
				: name;
	}

	@Override
	public void check(ConfigChange change, Map<String, LogLevel> before, Map<String, LogLevel> after) {
		// That all levels could be read is enough.
	}

	@Override
	public void apply(ConfigChange change, Map<String, LogLevel> before, Map<String, LogLevel> after, Undo undo) {
		Set<String> names = new TreeSet<>(before.keySet());
		names.addAll(after.keySet());
		List<String> changed = new ArrayList<>();
		for (String name : names) {
			LogLevel level = after.get(name);
			if (!Objects.equals(before.get(name), level)) {
				LogLevel now = configuredLevel(name);
				if (level != null) {
					if (!before.containsKey(name)) {
						remember(name, now, undo);
					}
					set(name, level, now, undo);
				}
				else {
					set(name, forget(name, undo), now, undo);
				}
				changed.add(name);
			}
		}
		if (!changed.isEmpty()) {
			logger.info("Log levels have followed the config: {}", changed);
		}
	}

	private @Nullable LogLevel configuredLevel(String name) {
		LoggerConfiguration configuration = this.system.getLoggerConfiguration(name);
		LoggerConfiguration.LevelConfiguration direct = (configuration != null)
				? configuration.getLevelConfiguration(LoggerConfiguration.ConfigurationScope.DIRECT) : null;
		return (direct != null && !direct.isCustom()) ? direct.getLevel() : null;
	}

	private void remember(String name, @Nullable LogLevel level, Undo undo) {
		this.originals.put(name, level);
		undo.add(() -> this.originals.remove(name));
	}

	private @Nullable LogLevel forget(String name, Undo undo) {
		boolean known = this.originals.containsKey(name);
		LogLevel original = this.originals.remove(name);
		if (known) {
			undo.add(() -> this.originals.put(name, original));
		}
		return original;
	}

	private void set(String name, @Nullable LogLevel level, @Nullable LogLevel old, Undo undo) {
		this.system.setLogLevel(name, notNullForRoot(name, level));
		undo.add(() -> this.system.setLogLevel(name, notNullForRoot(name, old)));
	}

	private static @Nullable LogLevel notNullForRoot(String name, @Nullable LogLevel level) {
		return (level == null && name.equals(LoggingSystem.ROOT_LOGGER_NAME)) ? LogLevel.INFO : level;
	}

}
