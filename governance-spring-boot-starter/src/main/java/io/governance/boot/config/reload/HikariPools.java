package io.governance.boot.config.reload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.ToLongFunction;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.util.Credentials;
import io.governance.boot.config.SnapshotSettings;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigSnapshot;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The Hikari pools of an application that are bound to a prefix. Connections in use are
 * never dropped: what does not fit any more is closed when it is given back.
 */
final class HikariPools implements LiveTarget<Map<String, PoolConfig>> {

	private static final Logger logger = LoggerFactory.getLogger(HikariPools.class);

	/** In milliseconds; changes wait for each other. */
	private static final long MAX_PROOF = 5_000;

	/** The prefix of the pool that Boot makes. */
	private static final String BOOT = "spring.datasource.hikari";

	private static final String[] LIVE = { "maximum-pool-size", "minimum-idle", "connection-timeout", "idle-timeout",
			"max-lifetime", "validation-timeout", "leak-detection-threshold", "username", "password" };

	/** What of the source Boot takes from elsewhere than from the prefix of its pool. */
	private static final List<String> BOOT_SOURCE = List.of("spring.datasource.url",
			"spring.datasource.driver-class-name", "spring.datasource.jndi-name");

	private static final Setting MINIMUM_IDLE = new Setting("minimumIdle", (settings) -> toLong(settings.minimumIdle()),
			HikariConfigMXBean::getMinimumIdle, (pool, value) -> pool.setMinimumIdle((int) value));

	private static final List<Setting> SETTINGS = List.of(
			new Setting("maximumPoolSize", (settings) -> toLong(settings.maximumPoolSize()),
					HikariConfigMXBean::getMaximumPoolSize, (pool, value) -> pool.setMaximumPoolSize((int) value)),
			MINIMUM_IDLE,
			new Setting("connectionTimeout", PoolSettings::connectionTimeout, HikariConfigMXBean::getConnectionTimeout,
					HikariConfigMXBean::setConnectionTimeout),
			new Setting("idleTimeout", PoolSettings::idleTimeout, HikariConfigMXBean::getIdleTimeout,
					HikariConfigMXBean::setIdleTimeout),
			new Setting("maxLifetime", PoolSettings::maxLifetime, HikariConfigMXBean::getMaxLifetime,
					HikariConfigMXBean::setMaxLifetime),
			new Setting("validationTimeout", PoolSettings::validationTimeout, HikariConfigMXBean::getValidationTimeout,
					HikariConfigMXBean::setValidationTimeout),
			new Setting("leakDetectionThreshold", PoolSettings::leakDetectionThreshold,
					HikariConfigMXBean::getLeakDetectionThreshold, HikariConfigMXBean::setLeakDetectionThreshold));

	private final ConfigurableApplicationContext context;

	private final SnapshotSettings settings;

	private final HikariConfig defaults = new HikariConfig();

	private final Map<String, Optional<Pool>> known = new HashMap<>();

	/** By pool: the config that it was made of, with the login that it was given last. */
	private final Map<String, PoolConfig> given = new HashMap<>();

	HikariPools(ConfigurableApplicationContext context, SnapshotSettings settings) {
		this.context = context;
		this.settings = settings;
	}

	@Override
	public String name() {
		return "Hikari pools";
	}

	@Override
	public Set<String> prefixes() {
		Set<String> prefixes = new TreeSet<>();
		for (Pool pool : pools()) {
			prefixes.add(pool.prefix());
			if (pool.prefix().equals(BOOT)) {
				prefixes.addAll(BOOT_SOURCE);
				prefixes.addAll(List.of("spring.datasource.username", "spring.datasource.password"));
			}
		}
		// An empty set would stand for all keys.
		return prefixes.isEmpty() ? Set.of(BOOT) : prefixes;
	}

	/** Those that are there now: a change makes no pool that nobody has used. */
	private synchronized List<Pool> pools() {
		ConfigurableListableBeanFactory factory = this.context.getBeanFactory();
		List<Pool> pools = new ArrayList<>();
		for (String name : factory.getBeanNamesForType(DataSource.class, false, false)) {
			if (factory.containsSingleton(name)) {
				this.known.computeIfAbsent(name, this::pool).ifPresent(pools::add);
			}
		}
		return pools;
	}

	/** One that was made meanwhile was made of the new config. */
	private List<Pool> pools(Map<String, PoolConfig> before, Map<String, PoolConfig> after) {
		return pools().stream()
			.filter((pool) -> before.containsKey(pool.prefix()) && after.containsKey(pool.prefix()))
			.toList();
	}

	private Optional<Pool> pool(String name) {
		ConfigurationProperties properties = this.context.getBeanFactory()
			.findAnnotationOnBean(name, ConfigurationProperties.class, false);
		HikariDataSource dataSource = (properties != null && this.context.getBean(name) instanceof DataSource wrapped)
				? DataSourceUnwrapper.unwrap(wrapped, HikariConfigMXBean.class, HikariDataSource.class) : null;
		return (properties != null && dataSource != null) ? Optional.of(new Pool(name, properties.prefix(), dataSource))
				: Optional.empty();
	}

	@Override
	public Map<String, PoolConfig> read(ConfigSnapshot snapshot) {
		Map<String, PoolConfig> read = new HashMap<>();
		for (Pool pool : pools()) {
			read.computeIfAbsent(pool.prefix(), (prefix) -> read(snapshot, prefix));
		}
		return read;
	}

	private PoolConfig read(ConfigSnapshot snapshot, String prefix) {
		PoolSettings own = this.settings.bind(snapshot, prefix, Bindable.of(PoolSettings.class));
		PoolSource source = this.settings.bind(snapshot, prefix, Bindable.of(PoolSource.class));
		if (!prefix.equals(BOOT)) {
			return new PoolConfig(own, source);
		}
		BootSettings boot = this.settings.bind(snapshot, "spring.datasource", Bindable.of(BootSettings.class));
		return new PoolConfig(
				own.withCredentials((own.username() != null) ? own.username() : boot.username(),
						(own.password() != null) ? own.password() : boot.password()),
				source.or(boot.url(), boot.driverClassName(), boot.jndiName()));
	}

	@Override
	public void check(ConfigChange change, Map<String, PoolConfig> before, Map<String, PoolConfig> after)
			throws Exception {
		for (Pool pool : pools(before, after)) {
			PoolSettings was = pool.in(before).settings();
			PoolConfig is = pool.in(after);
			if (!pool.in(before).equals(is)) {
				Integer maximum = is.settings().maximumPoolSize();
				new PoolCheck(change, pool.prefix()).check(is.settings(),
						(maximum != null) ? maximum : (was.maximumPoolSize() != null)
								? this.defaults.getMaximumPoolSize() : pool.dataSource().getMaximumPoolSize());
				if (changesLogin(pool, pool.in(before), is)) {
					prove(change, pool, is.settings());
				}
			}
		}
	}

	private boolean changesLogin(Pool pool, PoolConfig was, PoolConfig is) {
		// Credentials that code or another source has set are not ours to replace.
		boolean ours = pool.dataSource().getCredentialsProvider() == null
				&& (was.isLoginOf(pool.dataSource()) || given(pool, was).isLoginOf(pool.dataSource()));
		return ours && !is.isLoginOf(pool.dataSource()) && !waitsForRestart(pool, was, is);
	}

	/** Whether its credentials may be for another database than the pool connects to. */
	private boolean waitsForRestart(Pool pool, PoolConfig was, PoolConfig is) {
		return is.source().differs(given(pool, was).source(), pool.dataSource());
	}

	/** A pool that is seen first with a change was made of what was in force before. */
	private PoolConfig given(Pool pool, PoolConfig was) {
		return this.given.computeIfAbsent(pool.name(), (name) -> was);
	}

	private static void prove(ConfigChange change, Pool pool, PoolSettings settings) {
		LoginProof proof = new LoginProof(pool.dataSource(), settings.username(), settings.password());
		if (!proof.isPossible()) {
			logger.warn("Pool '{}' takes new credentials without a proof: it does not tell where it connects",
					pool.name());
			return;
		}
		String failure = proof
			.failure(Duration.ofMillis(Math.min(MAX_PROOF, pool.dataSource().getConnectionTimeout())));
		if (failure != null) {
			String key = loginKey(change, pool.prefix());
			throw new InvalidConfigException(change.after().originOf(key), key, failure, null);
		}
	}

	/** The key that has changed, and not one that the password stands beside. */
	private static String loginKey(ConfigChange change, String prefix) {
		return loginKeys(prefix).stream().filter(change::touches).findFirst().orElse(prefix);
	}

	private static List<String> loginKeys(String prefix) {
		List<String> keys = new ArrayList<>(List.of(prefix + ".password", prefix + ".username"));
		if (prefix.equals(BOOT)) {
			keys.addAll(List.of("spring.datasource.password", "spring.datasource.username"));
		}
		return keys;
	}

	@Override
	public void apply(ConfigChange change, Map<String, PoolConfig> before, Map<String, PoolConfig> after, Undo undo) {
		for (Pool pool : pools(before, after)) {
			apply(pool, pool.in(before), pool.in(after), undo);
			warn(change, pool, waitsForRestart(pool, pool.in(before), pool.in(after)));
		}
	}

	private static void warn(ConfigChange change, Pool pool, boolean waits) {
		List<ConfigurationPropertyName> login = waits ? TouchedKeys.of(change, loginKeys(pool.prefix())) : List.of();
		List<ConfigurationPropertyName> keys = new ArrayList<>(login);
		keys.addAll(TouchedKeys.others(change, pool.prefix(), LIVE));
		if (pool.prefix().equals(BOOT)) {
			keys.addAll(TouchedKeys.of(change, BOOT_SOURCE));
		}
		TouchedKeys.warn("Pool '" + pool.name() + "'", keys, login.isEmpty() ? ""
				: ", and keeps its credentials until then: it was made to connect elsewhere than the config says now");
	}

	private void apply(Pool pool, PoolConfig before, PoolConfig after, Undo undo) {
		HikariDataSource dataSource = pool.dataSource();
		PoolSettings was = before.settings();
		PoolSettings is = after.settings();
		List<String> changed = new ArrayList<>();
		boolean wasFixedSize = dataSource.getMinimumIdle() == dataSource.getMaximumPoolSize();
		for (Setting setting : SETTINGS) {
			Long now = setting.read().apply(is);
			if (setting == MINIMUM_IDLE && now == null) {
				continue;
			}
			if (!Objects.equals(setting.read().apply(was), now)) {
				set(dataSource, setting, (now != null) ? now : setting.get().applyAsLong(this.defaults), undo, changed);
			}
		}
		if (is.minimumIdle() == null) {
			// As Hikari itself decides at start: a pool of fixed size.
			boolean fixedSize = (was.minimumIdle() != null) || wasFixedSize;
			int maximum = dataSource.getMaximumPoolSize();
			set(dataSource, MINIMUM_IDLE, fixedSize ? maximum : Math.min(dataSource.getMinimumIdle(), maximum), undo,
					changed);
		}
		if (changesLogin(pool, before, after)) {
			Credentials old = dataSource.getCredentials();
			PoolConfig given = given(pool, before);
			dataSource.setCredentials(Credentials.of(is.username(), is.password()));
			this.given.put(pool.name(), new PoolConfig(is, given.source()));
			undo.add(() -> {
				dataSource.setCredentials(old);
				this.given.put(pool.name(), given);
			});
			changed.add("credentials");
		}
		HikariPoolMXBean running = dataSource.getHikariPoolMXBean();
		if (running != null && (changed.contains("credentials")
				|| running.getTotalConnections() > dataSource.getMaximumPoolSize())) {
			running.softEvictConnections();
			undo.add(running::softEvictConnections);
		}
		if (running != null && changed.contains("credentials")) {
			// A login that has begun with the old ones ends by then, and would stay.
			CompletableFuture.delayedExecutor(dataSource.getConnectionTimeout(), TimeUnit.MILLISECONDS)
				.execute(running::softEvictConnections);
		}
		if (!changed.isEmpty()) {
			logger.info("Pool '{}' has followed the config: {}", pool.name(), changed);
		}
	}

	private static void set(HikariDataSource dataSource, Setting setting, long value, Undo undo, List<String> changed) {
		long old = setting.get().applyAsLong(dataSource);
		if (old != value) {
			setting.set().accept(dataSource, value);
			undo.add(() -> setting.set().accept(dataSource, old));
			changed.add(setting.name());
		}
	}

	private static @Nullable Long toLong(@Nullable Integer value) {
		return (value != null) ? Long.valueOf(value) : null;
	}

	/**
	 * A pool.
	 *
	 * @param name the name of its bean
	 * @param prefix the prefix that it is bound to
	 * @param dataSource the pool
	 */
	private record Pool(String name, String prefix, HikariDataSource dataSource) {

		PoolConfig in(Map<String, PoolConfig> all) {
			return Objects.requireNonNull(all.get(this.prefix));
		}

	}

	/**
	 * One thing that can be set of a running pool.
	 */
	private record Setting(String name, Function<PoolSettings, @Nullable Long> read,
			ToLongFunction<HikariConfigMXBean> get, ObjLongConsumer<HikariConfigMXBean> set) {
	}

	/**
	 * What Boot gives to the pool that it makes.
	 */
	record BootSettings(@Nullable String url, @Nullable String driverClassName, @Nullable String jndiName,
			@Nullable String username, @Nullable String password) {

		@Override
		public String toString() {
			return "BootSettings";
		}

	}

}
