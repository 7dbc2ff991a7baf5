package io.governance.samples.quickstart;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.governance.samples.quickstart.front.FrontApplication;
import io.governance.samples.quickstart.orders.OrdersApplication;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts a fleet in one process: two stable instances of {@code orders} and a gray one on
 * free ports, and a front service on port 8080. With {@code orders} as its first
 * argument, starts one more stable instance instead, which joins the fleet.
 */
public final class Quickstart implements AutoCloseable {

	private final Path data;

	private final List<ConfigurableApplicationContext> members = new ArrayList<>();

	Quickstart(Path data) {
		this.data = data.toAbsolutePath().normalize();
	}

	/**
	 * Starts the fleet or one more instance. If that fails, ends what was started, says
	 * what to do, and exits with 1.
	 * @param arguments optionally {@code orders}, then properties such as
	 * {@code --server.port=9090}
	 * @throws IOException if the documents cannot be laid out
	 */
	public static void main(String[] arguments) throws IOException {
		Quickstart quickstart = new Quickstart(Path.of(System.getProperty("quickstart.data", "data")));
		quickstart.layOutDocuments();
		try {
			quickstart.start(arguments);
		}
		catch (RuntimeException ex) {
			// Spring Boot has told the reason.
			quickstart.close();
			System.err.println("The quickstart has ended. If its port is taken, choose another one: "
					+ "samples/quickstart/run --server.port=9090");
			System.exit(1);
		}
	}

	private void start(String[] arguments) {
		if (arguments.length > 0 && arguments[0].equals("orders")) {
			String id = "orders-" + ProcessHandle.current().pid();
			startOrders(id, "1.4.0", "stable", Arrays.copyOfRange(arguments, 1, arguments.length));
			System.out.println("Instance " + id + " of 'orders' has joined the fleet in " + this.data
					+ ". End it with Ctrl-C, or with: kill -9 " + ProcessHandle.current().pid());
		}
		else {
			startFleet(arguments);
			explain(System.out);
		}
	}

	void startFleet(String... arguments) {
		startOrders("orders-1", "1.4.0", "stable");
		startOrders("orders-2", "1.4.0", "stable");
		startOrders("orders-3", "2.0.0", "gray");
		start(FrontApplication.class, "front", arguments, "server.port=8080");
	}

	private void startOrders(String id, String version, String lane, String... arguments) {
		start(OrdersApplication.class, "orders", arguments, "server.port=0", "governance.registry.instance.id=" + id,
				"governance.registry.instance.version=" + version, "governance.registry.instance.lane=" + lane);
	}

	private void start(Class<?> application, String name, String[] arguments, String... properties) {
		List<String> all = new ArrayList<>();
		all.add("--spring.application.name=" + name);
		all.add("--spring.main.banner-mode=off");
		all.add("--governance.local.directory=" + this.data);
		Arrays.stream(properties)
			.filter((property) -> !isGiven(property, arguments))
			.forEach((property) -> all.add("--" + property));
		all.addAll(List.of(arguments));
		this.members.add(new SpringApplicationBuilder(application).run(all.toArray(String[]::new)));
	}

	private static boolean isGiven(String property, String[] arguments) {
		String start = "--" + property.substring(0, property.indexOf('=') + 1);
		return Arrays.stream(arguments).anyMatch((argument) -> argument.startsWith(start));
	}

	void layOutDocuments() throws IOException {
		Files.createDirectories(documents());
		for (String name : List.of("orders.yaml", "gray.yaml")) {
			Path document = documents().resolve(name);
			if (!Files.exists(document)) {
				try (InputStream template = Quickstart.class.getResourceAsStream("/documents/" + name)) {
					Files.copy(Objects.requireNonNull(template), document);
				}
			}
		}
	}

	Path documents() {
		return this.data.resolve("config/default/default");
	}

	ConfigurableApplicationContext front() {
		return this.members.get(this.members.size() - 1);
	}

	private void explain(PrintStream out) {
		String front = "localhost:" + front().getEnvironment().getProperty("local.server.port");
		out.println("""

				The fleet is up: 'front' on port %1$s calls 'orders', of which two instances are stable and one is gray.
				It is governed by the files in %2$s. Try, in another terminal:

				  curl %1$s/orders/42                            again and again: the stable instances take turns
				  curl -H 'X-User-ID: user123' %1$s/orders/42    always the gray one
				  for u in $(seq 20); do curl -s -H "X-User-ID: u$u" %1$s/orders/42; echo; done

				Edit orders.yaml and save: the next call shows the new values, and this console the change.
				Break it (price-factor: 99, or a stray bracket): the old values stay, this console says why, and

				  curl %1$s/actuator/health                      says DEGRADED, until you mend it

				Set a currency that does not exist (currency: XXL): an instance finds out only when it takes it, so the
				change is rolled back: the console shows it come and go, and calls show the old values again.

				Raise 'percentage' in gray.yaml: more users become gray, and none who was gray goes back.

				  curl %1$s/actuator/prometheus                  what observability/ has a dashboard and alerts for

				One more instance joins with     samples/quickstart/run orders --server.port=0
				Ctrl-C ends the fleet.
				""".formatted(front, documents()).replace("on port localhost:", "on port "));
	}

	@Override
	public void close() {
		for (int i = this.members.size() - 1; i >= 0; i--) {
			this.members.get(i).close();
		}
	}

}
