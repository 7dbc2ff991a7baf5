package io.governance.boot.config;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.governance.GovernanceException;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigView;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;

/**
 * Makes live config of any type. One view is shared by all who ask for the same type and
 * prefix. When the context closes, its live config stays as it is: the config may be that
 * of a parent, and change to what nobody is left for. Thread-safe.
 */
public final class LiveConfigFactory {

	private final ConfigManager manager;

	private final SnapshotBinder binder;

	private final Map<Key, Made<?>> made = new ConcurrentHashMap<>();

	private volatile boolean closed;

	LiveConfigFactory(ConfigManager manager, SnapshotBinder binder) {
		this.manager = manager;
		this.binder = binder;
	}

	/**
	 * Live config of a type.
	 * @param <T> the type of the value
	 * @param type a type with {@code @ConfigurationProperties}
	 * @return the live config
	 * @throws io.governance.config.InvalidConfigException if the config in force cannot
	 * be bound or is not valid
	 */
	public <T> LiveConfig<T> of(Class<T> type) {
		return of(null, ResolvableType.forClass(type));
	}

	/**
	 * Live config of a type and a prefix.
	 * @param <T> the type of the value
	 * @param prefix the prefix in canonical form, or {@code null} for that of the type
	 * @param type the type of the value
	 * @return the live config
	 * @throws GovernanceException if neither tells the prefix
	 * @throws io.governance.config.InvalidConfigException if the config in force cannot
	 * be bound or is not valid
	 */
	@SuppressWarnings("unchecked")
	public <T> LiveConfig<T> of(@Nullable String prefix, ResolvableType type) {
		Key key = new Key((prefix != null) ? prefix : prefixOf(type), type);
		Made<?> known = this.made.get(key);
		if (known == null) {
			Made<T> created = create(key);
			known = this.made.putIfAbsent(key, created);
			if (known != null) {
				created.view().close();
			}
			else {
				known = created;
			}
			if (this.closed) {
				known.view().close();
			}
		}
		return (LiveConfig<T>) known;
	}

	private <T> Made<T> create(Key key) {
		Bindable<T> target = Bindable.of(key.type());
		return new Made<>(this.manager.view(key.prefix(), (snapshot) -> bind(snapshot, key.prefix(), target)));
	}

	<T> T bind(ConfigSnapshot snapshot, String prefix, Bindable<T> target) {
		return this.binder.bind(snapshot, prefix, target, BindRules.ofLive(target.getType().toClass()));
	}

	static String prefixOf(ResolvableType type) {
		String prefix = findPrefix(type);
		if (prefix == null) {
			throw new GovernanceException("LiveConfig<" + type.toClass().getSimpleName()
					+ "> has no prefix: put @ConfigurationProperties(\"...\") on " + type.toClass().getName()
					+ ", or @ConfigPrefix(\"...\") where it is injected");
		}
		return prefix;
	}

	static @Nullable String findPrefix(ResolvableType type) {
		MergedAnnotation<ConfigurationProperties> annotation = MergedAnnotations.from(type.toClass())
			.get(ConfigurationProperties.class);
		return annotation.isPresent() ? annotation.getString("value") : null;
	}

	/**
	 * Binds nothing any more.
	 */
	void close() {
		this.closed = true;
		this.made.values().forEach((made) -> made.view().close());
	}

	private record Made<T>(ConfigView<T> view) implements LiveConfig<T> {

		@Override
		public T get() {
			return this.view.get();
		}

	}

	private record Key(String prefix, ResolvableType type) {
	}

}
