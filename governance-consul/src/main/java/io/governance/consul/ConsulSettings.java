package io.governance.consul;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Settings of the Consul backend, {@code governance.consul.*}.
 *
 * @param addresses the agents, such as {@code http://127.0.0.1:8500}; the first that
 * answers is used for as long as it answers. Default: that one
 * @param root what all keys begin with. Default: {@code governance}
 * @param datacenter the datacenter that is asked; empty for that of the agent. Default:
 * empty
 * @param consistency how current the standing queries are. Default: consistent
 * @param token the ACL token; empty for none. Default: empty
 * @param tokenFile a file that holds the ACL token, read again when it changes; empty for
 * none. Default: empty
 * @param sslBundle the SSL bundle for {@code https} addresses; empty for the platform's
 * own trust. Default: empty
 * @param timeout the deadline of one call, 100 ms to 1 min. Default: 2 s
 * @param maxWait the longest standing query, 1 s to 55 s. Default: 10 s
 * @param maxWatches how many threads and connections watch at once, 1 to 136; whatever
 * else is watched shares a change detector. Default: 64
 * @param registration how instances are registered
 * @param lock how locks are held
 */
public record ConsulSettings(List<String> addresses, String root, String datacenter, Consistency consistency,
		String token, String tokenFile, String sslBundle, Duration timeout, Duration maxWait, Integer maxWatches,
		RegistrationSettings registration, LockSettings lock) {

	private static final Pattern ROOT = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*");

	private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,4096}");

	private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_.-]{0,128}");

	/**
	 * Creates settings; {@code null} stands for the default.
	 * @throws IllegalArgumentException if a setting is wrong
	 */
	public ConsulSettings(@Nullable List<String> addresses, @Nullable String root, @Nullable String datacenter,
			@Nullable Consistency consistency, @Nullable String token, @Nullable String tokenFile,
			@Nullable String sslBundle, @Nullable Duration timeout, @Nullable Duration maxWait,
			@Nullable Integer maxWatches, @Nullable RegistrationSettings registration, @Nullable LockSettings lock) {
		this.addresses = (addresses != null) ? List.copyOf(addresses) : List.of("http://127.0.0.1:8500");
		this.root = (root != null) ? root : "governance";
		this.datacenter = (datacenter != null) ? datacenter : "";
		this.consistency = (consistency != null) ? consistency : Consistency.CONSISTENT;
		this.token = (token != null) ? token : "";
		this.tokenFile = (tokenFile != null) ? tokenFile : "";
		this.sslBundle = (sslBundle != null) ? sslBundle : "";
		this.timeout = (timeout != null) ? timeout : Duration.ofSeconds(2);
		this.maxWait = (maxWait != null) ? maxWait : Duration.ofSeconds(10);
		this.maxWatches = (maxWatches != null) ? maxWatches : 64;
		this.registration = (registration != null) ? registration : RegistrationSettings.defaults();
		this.lock = (lock != null) ? lock : new LockSettings(null, null);
		check();
	}

	private void check() {
		if (this.addresses.isEmpty()) {
			throw wrong("addresses", "is empty: name at least one agent, such as http://127.0.0.1:8500");
		}
		this.addresses.forEach(this::checkAddress);
		if (!ROOT.matcher(this.root).matches()) {
			throw wrong("root", "is not a path of letters, digits, '_', '.', '-' and '/' without a '/' at either end");
		}
		if (!LABEL.matcher(this.datacenter).matches()) {
			throw wrong("datacenter", "is not the name of a datacenter: use letters, digits, '_', '.' or '-'");
		}
		if (!this.token.isEmpty() && !isToken(this.token)) {
			throw wrong("token", "holds a character that no token has: check that it was copied whole");
		}
		if (!this.token.isEmpty() && !this.tokenFile.isEmpty()) {
			throw wrong("token-file", "is set as well as governance.consul.token: set one of them");
		}
		checkRange("timeout", this.timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
		checkRange("max-wait", this.maxWait, Duration.ofSeconds(1), Duration.ofSeconds(55));
		if (this.maxWatches < 1 || this.maxWatches > 136) {
			throw wrong("max-watches", "is " + this.maxWatches
					+ ": set it to 1 to 136, since an agent takes 200 connections of one client");
		}
	}

	private void checkAddress(String address) {
		try {
			URI uri = URI.create(address);
			boolean https = "https".equals(uri.getScheme());
			if ((https || "http".equals(uri.getScheme())) && uri.getHost() != null && uri.getUserInfo() == null
					&& uri.getPort() < 65_536 && uri.getQuery() == null && uri.getFragment() == null) {
				if (!https && !this.sslBundle.isEmpty()) {
					throw wrong("ssl-bundle", "is set, but an address in governance.consul.addresses is plain http: "
							+ "use https for all of them, or leave the bundle out");
				}
				return;
			}
		}
		catch (IllegalArgumentException ex) {
			if (ex.getMessage() != null && ex.getMessage().startsWith("governance.")) {
				throw ex;
			}
		}
		throw wrong("addresses", "holds something that is not http://host:port or https://host:port");
	}

	static boolean isToken(String text) {
		return TOKEN.matcher(text).matches();
	}

	static void checkRange(String property, Duration value, Duration min, Duration max) {
		if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
			throw wrong(property,
					"is " + text(value) + ": set it to a duration from " + text(min) + " to " + text(max));
		}
	}

	static IllegalArgumentException wrong(String property, String what) {
		return new IllegalArgumentException("governance.consul." + property + " " + what);
	}

	/** A duration as Consul and people write it. */
	static String text(Duration duration) {
		return (duration.toMillisPart() == 0) ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
	}

	/** Prints neither the token nor what may hold one. */
	@Override
	public String toString() {
		return "ConsulSettings[addresses=" + this.addresses + ", root=" + this.root + ", datacenter=" + this.datacenter
				+ ", consistency=" + this.consistency + ", token=" + (this.token.isEmpty() ? "" : "(set)")
				+ ", tokenFile=" + this.tokenFile + ", sslBundle=" + this.sslBundle + ", timeout=" + this.timeout
				+ ", maxWait=" + this.maxWait + ", maxWatches=" + this.maxWatches + ", registration="
				+ this.registration + ", lock=" + this.lock + "]";
	}

	/**
	 * How current the answers to standing queries are.
	 */
	public enum Consistency {

		/**
		 * The leader asks the other servers whether it still is one: never older state.
		 */
		CONSISTENT,

		/**
		 * The leader answers from what it has, which after a restart may be half
		 * replayed, and just after a change of leader old.
		 */
		DEFAULT,

		/**
		 * Any server answers; one that has not heard of its leader for longer than the
		 * timeout is not believed.
		 */
		STALE;

		String parameter() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * How instances are registered.
	 *
	 * @param check who finds out whether an instance lives. Default: ttl
	 * @param ttl how long an instance passes after it was last heard of, 1 s to 10 min;
	 * renewed three times in that time. Default: 10 s
	 * @param interval how often the agent checks, 1 s to 10 min. Default: 10 s
	 * @param timeout how long such a check may take, 100 ms to 1 min. Default: 5 s
	 * @param httpPath what an HTTP check asks for. Default: {@code /actuator/health}
	 * @param httpPort the port of an HTTP check; 0 for that of the instance. Default: 0
	 * @param grpcService the service that a gRPC check asks for; empty for the server.
	 * Default: empty
	 * @param deregisterCriticalServiceAfter when an instance is removed that passes no
	 * longer; zero for never. Servers allow no less than 1 min. Default: 1 min
	 * @param tags tags of every instance. Default: none
	 */
	public record RegistrationSettings(CheckType check, Duration ttl, Duration interval, Duration timeout,
			String httpPath, Integer httpPort, String grpcService, Duration deregisterCriticalServiceAfter,
			List<String> tags) {

		/**
		 * Creates settings; {@code null} stands for the default.
		 * @throws IllegalArgumentException if a setting is wrong
		 */
		public RegistrationSettings(@Nullable CheckType check, @Nullable Duration ttl, @Nullable Duration interval,
				@Nullable Duration timeout, @Nullable String httpPath, @Nullable Integer httpPort,
				@Nullable String grpcService, @Nullable Duration deregisterCriticalServiceAfter,
				@Nullable List<String> tags) {
			this.check = (check != null) ? check : CheckType.TTL;
			this.ttl = (ttl != null) ? ttl : Duration.ofSeconds(10);
			this.interval = (interval != null) ? interval : Duration.ofSeconds(10);
			this.timeout = (timeout != null) ? timeout : Duration.ofSeconds(5);
			this.httpPath = (httpPath != null) ? httpPath : "/actuator/health";
			this.httpPort = (httpPort != null) ? httpPort : 0;
			this.grpcService = (grpcService != null) ? grpcService : "";
			this.deregisterCriticalServiceAfter = (deregisterCriticalServiceAfter != null)
					? deregisterCriticalServiceAfter : Duration.ofMinutes(1);
			this.tags = (tags != null) ? List.copyOf(tags) : List.of();
			checkRange("registration.ttl", this.ttl, Duration.ofSeconds(1), Duration.ofMinutes(10));
			checkRange("registration.interval", this.interval, Duration.ofSeconds(1), Duration.ofMinutes(10));
			checkRange("registration.timeout", this.timeout, Duration.ofMillis(100), Duration.ofMinutes(1));
			checkRange("registration.deregister-critical-service-after", this.deregisterCriticalServiceAfter,
					Duration.ZERO, Duration.ofDays(30));
			if (!this.httpPath.startsWith("/")) {
				throw wrong("registration.http-path", "does not begin with '/'");
			}
			if (this.httpPort < 0 || this.httpPort > 65535) {
				throw wrong("registration.http-port",
						"is " + this.httpPort + ": set it to 1 to 65535, or 0 for the port of the instance");
			}
		}

		static RegistrationSettings defaults() {
			return new RegistrationSettings(null, null, null, null, null, null, null, null, null);
		}

	}

	/**
	 * Who finds out whether an instance lives.
	 */
	public enum CheckType {

		/** The instance says so itself, in time. */
		TTL,

		/** The agent asks it by HTTP. */
		HTTP,

		/** The agent opens a connection. */
		TCP,

		/** The agent asks it by gRPC's health protocol. */
		GRPC,

		/** Nobody but the agent of the node. */
		NONE

	}

	/**
	 * How locks are held.
	 *
	 * @param ttl how long a lock outlives its holder at least, 10 s to 10 min; the server
	 * may take twice as long. Default: 10 s
	 * @param delay how long nobody gets a lock that was lost rather than given back, 0 to
	 * 1 min. Default: 1 s
	 */
	public record LockSettings(Duration ttl, Duration delay) {

		/**
		 * Creates settings; {@code null} stands for the default.
		 * @throws IllegalArgumentException if a setting is out of its range
		 */
		public LockSettings(@Nullable Duration ttl, @Nullable Duration delay) {
			this.ttl = (ttl != null) ? ttl : Duration.ofSeconds(10);
			this.delay = (delay != null) ? delay : Duration.ofSeconds(1);
			checkRange("lock.ttl", this.ttl, Duration.ofSeconds(10), Duration.ofMinutes(10));
			checkRange("lock.delay", this.delay, Duration.ZERO, Duration.ofMinutes(1));
		}

	}

}
