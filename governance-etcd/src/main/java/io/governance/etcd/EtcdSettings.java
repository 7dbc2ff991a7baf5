package io.governance.etcd;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Settings of the etcd backend, {@code governance.etcd.*}.
 *
 * @param endpoints the members of the cluster, such as {@code http://10.0.0.1:2379}; all
 * {@code https} with an SSL bundle, all {@code http} without. Default:
 * {@code http://127.0.0.1:2379}
 * @param root where all keys begin: parts of letters, digits, {@code _ . -}, divided by
 * {@code /}. Default: {@code governance}
 * @param username the user, where etcd wants one
 * @param password the user's password
 * @param sslBundle the name of the SSL bundle that {@code https} endpoints need
 * @param timeout how long one call may take, 100 ms to 30 s; the first one 10 s more, as
 * it has to wait for the client's classes. Default: 2 s
 * @param lease how long an instance stays listed and a lock is kept after its process was
 * last heard of, 2 s to 5 min, rounded up to whole seconds. Renewed four times in that
 * time. Default: 10 s
 * @param resync how often everything that is watched is read again, should a watch have
 * fallen silent, 1 s to 1 h. Default: 1 min
 */
public record EtcdSettings(List<String> endpoints, String root, @Nullable String username, @Nullable String password,
		@Nullable String sslBundle, Duration timeout, Duration lease, Duration resync) {

	private static final String PREFIX = "governance.etcd.";

	private static final List<String> DEFAULT_ENDPOINTS = List.of("http://127.0.0.1:2379");

	private static final Pattern ROOT = Pattern.compile("[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*");

	/**
	 * Creates settings; {@code null} stands for the default.
	 * @throws IllegalArgumentException if a setting is wrong
	 */
	public EtcdSettings(@Nullable List<String> endpoints, @Nullable String root, @Nullable String username,
			@Nullable String password, @Nullable String sslBundle, @Nullable Duration timeout, @Nullable Duration lease,
			@Nullable Duration resync) {
		this.endpoints = (endpoints != null && !endpoints.isEmpty()) ? List.copyOf(endpoints) : DEFAULT_ENDPOINTS;
		this.root = (root != null) ? root : "governance";
		this.username = emptyToNull(username);
		this.password = emptyToNull(password);
		this.sslBundle = emptyToNull(sslBundle);
		this.timeout = (timeout != null) ? timeout : Duration.ofSeconds(2);
		this.lease = wholeSeconds((lease != null) ? lease : Duration.ofSeconds(10));
		this.resync = (resync != null) ? resync : Duration.ofMinutes(1);
		this.endpoints.forEach(this::checkEndpoint);
		if (this.root.length() > 200 || !ROOT.matcher(this.root).matches()) {
			throw new IllegalArgumentException(PREFIX
					+ "root is not a path: use letters, digits, '_', '.' and '-', divided by '/', such as governance");
		}
		if ((this.username == null) != (this.password == null)) {
			throw new IllegalArgumentException(PREFIX + ((this.username == null) ? "username" : "password")
					+ " is missing: set " + PREFIX + "username and " + PREFIX + "password, or neither");
		}
		check("timeout", this.timeout, Duration.ofMillis(100), Duration.ofSeconds(30));
		check("lease", this.lease, Duration.ofSeconds(2), Duration.ofMinutes(5));
		check("resync", this.resync, Duration.ofSeconds(1), Duration.ofHours(1));
	}

	private static @Nullable String emptyToNull(@Nullable String value) {
		return (value == null || value.isEmpty()) ? null : value;
	}

	private static Duration wholeSeconds(Duration duration) {
		return duration.plusNanos(999_999_999).withNanos(0);
	}

	private void checkEndpoint(String endpoint) {
		URI uri = uri(endpoint);
		boolean plain = "http".equals(scheme(uri));
		if (!plain && !"https".equals(scheme(uri)) || uri.getHost() == null || uri.getUserInfo() != null
				|| !(uri.getRawPath().isEmpty() || uri.getRawPath().equals("/")) || uri.getRawQuery() != null) {
			throw wrongEndpoint();
		}
		if (plain && this.sslBundle != null) {
			throw new IllegalArgumentException(PREFIX + "endpoints: " + endpoint
					+ " is plain text although an SSL bundle is set: use https://, or remove " + PREFIX + "ssl-bundle");
		}
		if (!plain && this.sslBundle == null) {
			throw new IllegalArgumentException(PREFIX + "endpoints: " + endpoint + " needs an SSL bundle: set " + PREFIX
					+ "ssl-bundle to the name of one under spring.ssl.bundle");
		}
	}

	private static URI uri(String endpoint) {
		try {
			return URI.create(endpoint);
		}
		catch (IllegalArgumentException ex) {
			throw wrongEndpoint();
		}
	}

	/*
	 * What was set is not quoted, nor is the cause kept, which quotes it: it may hold a
	 * password.
	 */
	private static IllegalArgumentException wrongEndpoint() {
		return new IllegalArgumentException(PREFIX
				+ "endpoints has one that is not http://host:port or https://host:port: write each as http://10.0.0.1:2379, and set "
				+ PREFIX + "username and " + PREFIX + "password apart");
	}

	private static @Nullable String scheme(URI uri) {
		return (uri.getScheme() != null) ? uri.getScheme().toLowerCase(Locale.ROOT) : null;
	}

	private static void check(String property, Duration value, Duration min, Duration max) {
		if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
			throw new IllegalArgumentException(PREFIX + property + " is " + text(value) + ": set it to a duration from "
					+ text(min) + " to " + text(max));
		}
	}

	private static String text(Duration duration) {
		return (duration.toMillisPart() == 0) ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
	}

	/**
	 * The endpoints as addresses.
	 * @return one for each endpoint
	 */
	List<URI> addresses() {
		return this.endpoints.stream().map(URI::create).toList();
	}

	/**
	 * Whether the password would go over a network as plain text.
	 * @return whether there is a password, and an endpoint that is neither TLS nor this
	 * machine
	 */
	boolean exposesPassword() {
		return this.password != null && this.sslBundle == null
				&& addresses().stream().anyMatch((uri) -> !isLoopback(uri.getHost()));
	}

	private static boolean isLoopback(String host) {
		boolean literal = host.startsWith("[") || host.matches("[0-9.]+");
		try {
			return literal ? InetAddress.getByName(host).isLoopbackAddress()
					: host.equalsIgnoreCase("localhost") || host.toLowerCase(Locale.ROOT).endsWith(".localhost");
		}
		catch (UnknownHostException ex) {
			return false;
		}
	}

	@Override
	public String toString() {
		return "EtcdSettings[endpoints=" + this.endpoints + ", root=" + this.root + ", username=" + this.username
				+ ", sslBundle=" + this.sslBundle + ", timeout=" + this.timeout + ", lease=" + this.lease + ", resync="
				+ this.resync + "]";
	}

}
