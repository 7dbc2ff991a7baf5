package io.governance.samples.platform.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;

/**
 * All processes of the platform, and what can be done to them. One thread may do things;
 * any thread may look.
 */
final class Platform implements AutoCloseable {

	static final String USERS = "user-service";

	static final String ORDERS = "order-service";

	static final String GATEWAY = "gateway";

	static final List<String> SERVICES = List.of(USERS, ORDERS, GATEWAY);

	static final String GRAY = "gray";

	private static final String NAMESPACE = "platform";

	private static final Duration START = Duration.ofMinutes(3);

	private static final Duration END = Duration.ofSeconds(8);

	private final Packages packages;

	private final Path work;

	private final int port;

	private final List<Member> members = new ArrayList<>();

	private final Map<String, Integer> numbers = new HashMap<>();

	private final Opened opened = new Opened();

	private final RegistryServer registry;

	private final List<String> properties;

	private final List<String> further;

	private final Leash leash;

	private final UserDatabase database;

	private final Operator operator;

	private boolean closed;

	/**
	 * Starts what the services need, and publishes the documents.
	 * @param packages the services, prepared
	 * @param work where files go: logs, caches, the local backend
	 * @param backend which backend
	 * @param port the port of the gateway
	 */
	Platform(Packages packages, Path work, String backend, int port) {
		this(packages, work, backend, port, List.of());
	}

	/**
	 * Starts what the services need, and publishes the documents.
	 * @param packages the services, prepared
	 * @param work where files go: logs, caches, the local backend
	 * @param backend which backend
	 * @param port the port of the gateway
	 * @param further further properties of all services
	 */
	Platform(Packages packages, Path work, String backend, int port, List<String> further) {
		this.packages = packages;
		this.further = List.copyOf(further);
		this.work = work;
		this.port = port;
		checkFree(port);
		boolean whole = false;
		try {
			Files.createDirectories(work.resolve("logs"));
			this.leash = new Leash();
			this.opened.add(this.leash::close);
			this.database = new UserDatabase();
			this.opened.add(this.database::close);
			this.registry = RegistryServer.start(backend, work.resolve("registry"));
			this.opened.add(this.registry::close);
			this.properties = new ArrayList<>(this.registry.properties());
			this.properties.add("governance.backend=" + backend);
			this.properties.add("governance.namespace=" + NAMESPACE);
			this.properties.add("governance.registry.instance.host=127.0.0.1");
			this.operator = new Operator(NAMESPACE, withCache("console"));
			this.opened.add(this.operator::close);
			publishDocuments(this.operator);
			whole = true;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (SQLException ex) {
			throw new IllegalStateException("The database did not start: " + ex.getMessage(), ex);
		}
		finally {
			if (!whole) {
				this.opened.close();
			}
		}
	}

	/** The gateway, which comes last, would tell it in its log alone. */
	private static void checkFree(int port) {
		try {
			new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
		}
		catch (IOException ex) {
			throw new IllegalStateException("Port " + port + " cannot be used (" + ex.getMessage()
					+ "). End what listens there, or choose another one with --port", ex);
		}
	}

	/** Publishes what is not there as it is at first. */
	static void publishDocuments(Operator operator) {
		for (String document : List.of("application.yaml", USERS + ".yaml", "gray.yaml")) {
			String template = template(document);
			if (!operator.read(document).equals(Optional.of(template))) {
				operator.publish(document, template);
			}
		}
	}

	private static String template(String document) {
		try (InputStream template = Platform.class.getResourceAsStream("/documents/" + document)) {
			return new String(Objects.requireNonNull(template).readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private List<String> withCache(String id) {
		List<String> all = new ArrayList<>(this.properties);
		all.add("governance.config.cache.directory=" + this.work.resolve("cache").resolve(id));
		return all;
	}

	/**
	 * Starts two stable instances of services and a gray one of users, then the gateway.
	 */
	void start() {
		List.of(start(USERS, Instance.STABLE), start(USERS, Instance.STABLE), start(ORDERS, Instance.STABLE),
				start(ORDERS, Instance.STABLE), start(USERS, GRAY))
			.forEach(this::awaitUp);
		awaitUp(start(GATEWAY, Instance.STABLE));
	}

	/**
	 * Starts an instance and does not wait for it.
	 * @throws IllegalStateException if the platform is closed
	 */
	Member start(String service, String lane) {
		synchronized (this.members) {
			if (this.closed) {
				throw new IllegalStateException("The platform is closed");
			}
			Member member = launch(service, lane);
			this.members.add(member);
			holdMembers();
			return member;
		}
	}

	private Member launch(String service, String lane) {
		String id = service + "-" + this.numbers.merge(service, 1, Integer::sum);
		List<String> all = withCache(id);
		all.addAll(this.further);
		all.add("governance.registry.instance.id=" + id);
		all.add("server.port=" + (service.equals(GATEWAY) ? this.port : 0));
		all.add("server.address=127.0.0.1");
		if (service.equals(USERS)) {
			all.add("spring.grpc.server.port=0");
			all.add("governance.registry.instance.lane=" + lane);
			all.add("governance.registry.instance.version=" + (lane.equals(GRAY) ? "2.0.0" : "1.0.0"));
		}
		Map<String, String> environment = service.equals(GATEWAY) ? Map.of() : this.database.environment();
		return Member.start(this.packages.command(service), service, id, lane, all, environment,
				this.work.resolve("logs").resolve(id + ".log"));
	}

	/** Waits until an instance takes calls, and others know it. */
	void awaitUp(Member member) {
		await(member.id() + " takes calls; see " + this.work.resolve("logs").resolve(member.id() + ".log"), START,
				() -> {
					if (!member.isAlive()) {
						throw new IllegalStateException(member.id() + " has ended; see "
								+ this.work.resolve("logs").resolve(member.id() + ".log"));
					}
					return this.operator.instances(member.service())
						.stream()
						.anyMatch((one) -> one.id().equals(member.id()) && one.status() == InstanceStatus.UP);
				});
	}

	/** Kills an instance as {@code kill -9} does. */
	void kill(Member member) {
		member.kill();
		member.endsWithin(END);
		forget(member);
	}

	/**
	 * Puts new instances in the places of others, one after the other. Each of those
	 * drains and leaves while the next one starts, as in a rolling update that never has
	 * fewer instances than before.
	 */
	void replace(List<Member> members) {
		for (Member member : members) {
			awaitUp(start(member.service(), member.lane()));
			member.stop();
		}
		for (Member member : members) {
			if (!member.endsWithin(Duration.ofSeconds(30))) {
				throw new IllegalStateException(member.id() + " did not end");
			}
			forget(member);
		}
	}

	private void forget(Member member) {
		synchronized (this.members) {
			this.members.remove(member);
		}
		holdMembers();
	}

	private void holdMembers() {
		this.leash.hold(members().stream().map(Member::pid).toList());
	}

	/** The instances that were started and not ended. */
	List<Member> members() {
		synchronized (this.members) {
			return List.copyOf(this.members);
		}
	}

	/**
	 * One of the instances of a service.
	 * @throws IllegalStateException if there is none in this lane
	 */
	Member member(String service, String lane) {
		return members().stream()
			.filter((member) -> member.service().equals(service) && member.lane().equals(lane))
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("There is no " + lane + " instance of " + service));
	}

	/** Sends a share of the users to the gray lane of user-service. */
	void raiseGray(int percentage) {
		raiseGray(this.operator, percentage);
	}

	static void raiseGray(Operator operator, int percentage) {
		operator.edit("gray.yaml", (text) -> text.replaceFirst("percentage: [0-9.]+", "percentage: " + percentage));
	}

	/** Publishes a pool size that no pool can have. */
	void breakConfig() {
		resizePool(0);
	}

	/** Publishes the document as it was before its last change. */
	void rollBack() {
		this.operator.rollBack(USERS + ".yaml");
	}

	/** Changes the number of connections that each instance of user-service has. */
	void resizePool(int size) {
		this.operator.edit(USERS + ".yaml",
				(text) -> text.replaceFirst("maximum-pool-size: [0-9]+", "maximum-pool-size: " + size));
	}

	/** Makes user-service refuse a share of its calls. */
	void trouble(int percentage) {
		this.operator.edit(USERS + ".yaml", (text) -> text.replaceFirst("trouble: [0-9]+", "trouble: " + percentage));
	}

	/** Has all services log each request, or no longer. */
	void logRequests(boolean wanted) {
		this.operator.edit("application.yaml", (text) -> text.replaceFirst("samples.platform: [a-z]+",
				"samples.platform: " + (wanted ? "debug" : "info")));
	}

	/** What the registry tells of a service. */
	List<Instance> instances(String service) {
		return this.operator.instances(service);
	}

	/** Where config and instances are kept. */
	RegistryServer registry() {
		return this.registry;
	}

	/** Where the gateway listens. */
	String gateway() {
		return "http://127.0.0.1:" + this.port;
	}

	/**
	 * Waits for something.
	 * @throws IllegalStateException if it has not come in time
	 */
	static void await(String what, Duration patience, BooleanSupplier condition) {
		long deadline = System.nanoTime() + patience.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - deadline > 0) {
				throw new IllegalStateException("Not so within " + patience.toSeconds() + " s: " + what);
			}
			pause(Duration.ofMillis(50));
		}
	}

	/** Does nothing for a while. */
	static void pause(Duration time) {
		try {
			Thread.sleep(time.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	/** Ends everything within 10 seconds. */
	@Override
	public synchronized void close() {
		List<Member> all;
		synchronized (this.members) {
			if (this.closed) {
				return;
			}
			this.closed = true;
			all = members();
		}
		all.forEach(Member::stop);
		long deadline = System.nanoTime() + END.toNanos();
		for (Member member : all) {
			if (!member.endsWithin(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
				member.kill();
				member.endsWithin(Duration.ofSeconds(1));
			}
		}
		this.leash.hold(List.of());
		this.opened.close();
	}

}
