package io.governance.boot.config.reload;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.target.HotSwappableTargetSource;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * A connection factory of which everybody has a proxy, so that another one can take its
 * place between two calls.
 */
final class SwappableRedis {

	private final HotSwappableTargetSource target;

	private final LettuceConnectionFactory proxy;

	private final Function<Duration, Executor> later;

	private final Set<LettuceConnectionFactory> ours = ConcurrentHashMap.newKeySet();

	/**
	 * Makes a factory swappable.
	 * @param later runs something after a time
	 */
	SwappableRedis(LettuceConnectionFactory original, Function<Duration, Executor> later) {
		this.target = new HotSwappableTargetSource(original);
		this.later = later;
		ProxyFactory proxies = new ProxyFactory();
		proxies.setTargetSource(this.target);
		proxies.setProxyTargetClass(true);
		this.proxy = (LettuceConnectionFactory) proxies.getProxy(LettuceConnectionFactory.class.getClassLoader());
	}

	LettuceConnectionFactory proxy() {
		return this.proxy;
	}

	private LettuceConnectionFactory current() {
		return (LettuceConnectionFactory) this.target.getTarget();
	}

	/**
	 * Whether this factory was made of these settings, and can be made of others.
	 */
	boolean isMadeOf(RedisSettings settings) {
		LettuceConnectionFactory now = current();
		RedisStandaloneConfiguration server = now.getStandaloneConfiguration();
		return settings.single() && now.getSentinelConfiguration() == null && now.getClusterConfiguration() == null
				&& now.getSocketConfiguration() == null && server.getHostName().equals(settings.host())
				&& server.getPort() == settings.port() && server.getDatabase() == settings.database()
				&& Objects.equals(server.getUsername(), settings.username())
				&& server.getPassword().equals(RedisPassword.of(settings.password()));
	}

	/**
	 * Makes a connection of its own and asks for an answer, within a few seconds.
	 * @throws RuntimeException if there is none
	 */
	void prove(RedisSettings settings, Duration within) {
		LettuceConnectionFactory probe = create(settings, within);
		try {
			probe.start();
			ping(probe);
		}
		finally {
			probe.destroy();
		}
	}

	/**
	 * Puts a factory with other settings in the place of the current one, after it has
	 * got an answer. The current one goes on with what it has begun.
	 * @param undo takes the way back, and the end of the current one
	 */
	void swap(RedisSettings settings, Undo undo) {
		LettuceConnectionFactory old = current();
		LettuceConnectionFactory next = create(settings, null);
		this.ours.add(next);
		try {
			next.start();
			ping(next);
		}
		catch (RuntimeException ex) {
			end(next);
			throw ex;
		}
		this.target.swap(next);
		undo.add(() -> {
			this.target.swap(old);
			endLater(next);
		});
		undo.whenKept(() -> endLater(old));
	}

	private static void ping(LettuceConnectionFactory factory) {
		try (RedisConnection connection = factory.getConnection()) {
			connection.ping();
		}
	}

	private void endLater(LettuceConnectionFactory factory) {
		this.later.apply(factory.getClientConfiguration().getCommandTimeout()).execute(() -> end(factory));
	}

	private void end(LettuceConnectionFactory factory) {
		this.ours.remove(factory);
		factory.destroy();
	}

	/**
	 * Ends all factories that were made here.
	 */
	void close() {
		this.ours.forEach(this::end);
	}

	private LettuceConnectionFactory create(RedisSettings settings, @Nullable Duration within) {
		LettuceConnectionFactory like = current();
		RedisStandaloneConfiguration server = new RedisStandaloneConfiguration(settings.host(), settings.port());
		server.setDatabase(settings.database());
		server.setUsername(settings.username());
		server.setPassword(RedisPassword.of(settings.password()));
		LettuceConnectionFactory made = new LettuceConnectionFactory(server,
				client(like.getClientConfiguration(), settings, within));
		made.setShareNativeConnection(like.getShareNativeConnection());
		made.setValidateConnection(like.getValidateConnection());
		made.setConvertPipelineAndTxResults(like.getConvertPipelineAndTxResults());
		return made;
	}

	/**
	 * How the client is set up, also where it has a pool, except for what the settings
	 * say.
	 */
	private static LettuceClientConfiguration client(LettuceClientConfiguration like, RedisSettings settings,
			@Nullable Duration within) {
		Duration timeout = (within != null) ? within : (settings.timeout() != null) ? settings.timeout()
				: LettuceClientConfiguration.defaultConfiguration().getCommandTimeout();
		SocketOptions.Builder socket = like.getClientOptions()
			.map(ClientOptions::getSocketOptions)
			.map(SocketOptions::mutate)
			.orElseGet(SocketOptions::builder);
		socket.connectTimeout((within != null) ? within : (settings.connectTimeout() != null)
				? settings.connectTimeout() : SocketOptions.DEFAULT_CONNECT_TIMEOUT_DURATION);
		ClientOptions options = like.getClientOptions()
			.map(ClientOptions::mutate)
			.orElseGet(ClientOptions::builder)
			.socketOptions(socket.build())
			.build();
		return (LettuceClientConfiguration) Proxy.newProxyInstance(LettuceClientConfiguration.class.getClassLoader(),
				ClassUtils.getAllInterfaces(like), (proxy, method, arguments) -> switch (method.getName()) {
					case "getCommandTimeout" -> timeout;
					case "isUseSsl" -> settings.ssl();
					case "getClientOptions" -> Optional.of(options);
					default -> {
						try {
							yield method.invoke(like, arguments);
						}
						catch (InvocationTargetException ex) {
							throw ex.getTargetException();
						}
					}
				});
	}

}
