package io.governance.nacos;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.governance.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the Nacos backend, {@code governance.nacos.*}. {@link #toString()} prints
 * no password.
 *
 * @param addresses the servers as {@code host:port}; their gRPC port must be 1000 above.
 * Default: {@code 127.0.0.1:8848}
 * @param username the user; empty where the server asks for none
 * @param password the user's password
 * @param contextPath the path that the server's HTTP API is below. Default:
 * {@code /nacos}
 * @param admin who asks the server's admin HTTP API, for lists and history, if somebody
 * else
 * @param group the group of services. Default: {@code DEFAULT_GROUP}
 * @param cluster the cluster that own instances belong to. Default: {@code DEFAULT}
 * @param ephemeral whether own instances end with the connection of this process;
 * persistent ones stay until they are withdrawn, and only the server's own checks tell
 * whether they are healthy. Default: {@code true}
 * @param timeout the deadline of one call, 100 ms to 60 s. Default: 2 s
 * @param probe how often a quiet connection is tried out, 100 ms to 60 s. Default: 1 s
 * @param sslBundle the SSL bundle for gRPC and HTTP alike; plain text if empty
 */
public record NacosSettings(List<String> addresses, String username, String password, String contextPath, Admin admin,
		String group, String cluster, Boolean ephemeral, Duration timeout, Duration probe, String sslBundle) {

	private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.%]+]|[A-Za-z0-9_.-]+):([0-9]{1,5})");

	private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_.:-]{1,64}");

	private static final Pattern CLUSTER = Pattern.compile("[A-Za-z0-9-]{1,64}");

	private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_.-]+)*");

	/**
	 * Creates settings; {@code null} stands for the default.
	 * @throws IllegalArgumentException if a setting is wrong
	 */
	public NacosSettings(@Nullable List<String> addresses, @Nullable String username, @Nullable String password,
			@Nullable String contextPath, @Nullable Admin admin, @Nullable String group, @Nullable String cluster,
			@Nullable Boolean ephemeral, @Nullable Duration timeout, @Nullable Duration probe,
			@Nullable String sslBundle) {
		this.addresses = checkAddresses("addresses", (addresses != null) ? addresses : List.of("127.0.0.1:8848"));
		this.username = text(username);
		this.password = text(password);
		this.contextPath = contextPath(contextPath);
		this.admin = (admin != null) ? admin : new Admin(null, null, null);
		this.group = (group != null) ? group : "DEFAULT_GROUP";
		this.cluster = (cluster != null) ? cluster : "DEFAULT";
		this.ephemeral = (ephemeral != null) ? ephemeral : true;
		this.timeout = duration("timeout", timeout, Duration.ofSeconds(2));
		this.probe = duration("probe", probe, Duration.ofSeconds(1));
		this.sslBundle = text(sslBundle);
		check("group", this.group, GROUP, "letters, digits, '-', '_', ':' and '.', 64 at most");
		check("cluster", this.cluster, CLUSTER, "letters, digits and '-', 64 at most");
		checkUser("", this.username, this.password);
		checkUser("admin.", this.admin.username, this.admin.password);
		if (this.addresses.isEmpty()) {
			throw new IllegalArgumentException("governance.nacos.addresses is empty: name a server as host:port, "
					+ "or leave the property out for 127.0.0.1:8848");
		}
	}

	private static List<String> checkAddresses(String property, List<String> addresses) {
		for (String address : addresses) {
			Matcher matcher = ADDRESS.matcher(address);
			if (!matcher.matches() || !isPort(Integer.parseInt(matcher.group(2)))) {
				throw new IllegalArgumentException("governance.nacos." + property + ": '" + printable(address)
						+ "' is not host:port, such as 127.0.0.1:8848, with a port up to 64535 "
						+ "(gRPC uses the one 1000 above)");
			}
			if (!isHostOfUrl(address)) {
				throw new IllegalArgumentException("governance.nacos." + property + ": '" + printable(address)
						+ "' has a host that may not stand in a URL: a name has letters, digits, '.' and '-', no '_', "
						+ "and no last part of digits. Give the server another name or use its IP address");
			}
		}
		return List.copyOf(addresses);
	}

	/** The server's HTTP API is asked, too. */
	private static boolean isHostOfUrl(String address) {
		try {
			return new URI("http://" + address).getHost() != null;
		}
		catch (URISyntaxException ex) {
			return false;
		}
	}

	private static boolean isPort(int port) {
		return port >= 1 && port <= 64535;
	}

	private static String printable(String value) {
		// What precedes an '@' could be a password.
		String shown = value.substring(value.lastIndexOf('@') + 1);
		return Printable.of(shown, 80);
	}

	private static String contextPath(@Nullable String value) {
		String path = (value != null) ? value.replaceAll("/+$", "") : "/nacos";
		if (!PATH.matcher(path).matches()) {
			throw new IllegalArgumentException(
					"governance.nacos.context-path is not a path such as /nacos, beginning with '/'");
		}
		return path;
	}

	private static void check(String property, String value, Pattern pattern, String allowed) {
		if (!pattern.matcher(value).matches()) {
			throw new IllegalArgumentException("governance.nacos." + property + " is not valid: use " + allowed);
		}
	}

	private static void checkUser(String prefix, String username, String password) {
		if (username.isEmpty() != password.isEmpty()) {
			throw new IllegalArgumentException("governance.nacos." + prefix + "username and governance.nacos." + prefix
					+ "password belong together: set both or none");
		}
	}

	private static Duration duration(String property, @Nullable Duration value, Duration standard) {
		Duration duration = (value != null) ? value : standard;
		if (duration.compareTo(Duration.ofMillis(100)) < 0 || duration.compareTo(Duration.ofSeconds(60)) > 0) {
			throw new IllegalArgumentException("governance.nacos." + property + " is " + duration.toMillis()
					+ "ms: set it to a duration from 100ms to 60s");
		}
		return duration;
	}

	private static String text(@Nullable String value) {
		return (value != null) ? value : "";
	}

	/**
	 * Who is to ask the admin API.
	 * @return the own settings of that, or else the ones of everything
	 */
	Admin effectiveAdmin() {
		boolean own = !this.admin.username.isEmpty();
		return new Admin(own ? this.admin.username : this.username, own ? this.admin.password : this.password,
				this.admin.addresses.isEmpty() ? this.addresses : this.admin.addresses);
	}

	@Override
	public String toString() {
		return "NacosSettings[addresses=" + this.addresses + ", user=" + !this.username.isEmpty() + ", contextPath="
				+ this.contextPath + ", admin=" + this.admin + ", group=" + this.group + ", cluster=" + this.cluster
				+ ", ephemeral=" + this.ephemeral + ", timeout=" + this.timeout + ", probe=" + this.probe
				+ ", sslBundle=" + this.sslBundle + "]";
	}

	/**
	 * Who asks the server's admin HTTP API, {@code governance.nacos.admin.*}.
	 * {@link #toString()} prints no password.
	 *
	 * @param username the user; default: the one of everything else
	 * @param password the user's password
	 * @param addresses where the admin API is, as {@code host:port}; default: the servers
	 */
	public record Admin(String username, String password, List<String> addresses) {

		/**
		 * Creates settings; {@code null} stands for the default.
		 * @throws IllegalArgumentException if a setting is wrong
		 */
		public Admin(@Nullable String username, @Nullable String password, @Nullable List<String> addresses) {
			this.username = text(username);
			this.password = text(password);
			this.addresses = checkAddresses("admin.addresses", (addresses != null) ? addresses : List.of());
		}

		@Override
		public String toString() {
			return "Admin[user=" + !this.username.isEmpty() + ", addresses=" + this.addresses + "]";
		}

	}

}
