package io.governance.samples.platform.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.governance.registry.Instance;
import io.governance.samples.platform.console.TraceReceiver.TracedSpan;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What traces and logs tell of a request for an order.
 */
final class Traces {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final String LANES = "user-service=gray";

	private final Platform platform;

	private final TraceReceiver receiver;

	private final Path logs;

	private final String order;

	private final Caller caller;

	/**
	 * Creates traces.
	 * @param platform a platform that runs
	 * @param receiver receives its spans
	 * @param logs the directory of its logs
	 * @param order the path of an order
	 */
	Traces(Platform platform, TraceReceiver receiver, Path logs, String order) {
		this.platform = platform;
		this.receiver = receiver;
		this.logs = logs;
		this.order = order;
		this.caller = new Caller(platform.gateway());
	}

	/** One trace leads from the gateway to the database, and into the logs. */
	void leadToTheDatabaseAndIntoTheLogs() {
		this.platform.raiseGray(100);
		this.platform.logRequests(true);
		try {
			String trace = await().atMost(PATIENCE).until(this::request, this::isLoggedByAll);
			await().atMost(PATIENCE).untilAsserted(() -> assertTree(this.receiver.spans(trace)));
		}
		finally {
			this.platform.logRequests(false);
			this.platform.raiseGray(0);
		}
	}

	/** Asks for the order; the sampling of traces that come from outside is theirs. */
	private String request() {
		String trace = this.receiver.follow();
		this.caller.send(HttpRequest.newBuilder(URI.create(this.platform.gateway() + this.order))
			.header("X-User-ID", "u1")
			.header("traceparent", "00-" + trace + "-" + TraceReceiver.CALLER + "-01"));
		return trace;
	}

	private boolean isLoggedByAll(String trace) {
		return Platform.SERVICES.stream().allMatch((service) -> isLogged(service, trace));
	}

	private boolean isLogged(String service, String trace) {
		try (Stream<Path> files = Files.list(this.logs)) {
			return files.filter((file) -> file.getFileName().toString().startsWith(service))
				.flatMap(Traces::lines)
				.anyMatch((line) -> line.contains("[" + trace + "-") && line.contains(" " + LANES + "] "));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Stream<String> lines(Path file) {
		try {
			return Files.readAllLines(file).stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void assertTree(List<TracedSpan> spans) {
		TracedSpan gateway = child(spans, TraceReceiver.CALLER, Platform.GATEWAY, "http get /api/orders/{id}",
				SpanKind.SPAN_KIND_SERVER);
		TracedSpan toOrders = child(spans, gateway.id(), Platform.GATEWAY, "http get", SpanKind.SPAN_KIND_CLIENT);
		TracedSpan orders = child(spans, toOrders.id(), Platform.ORDERS, "http get /orders/{id}",
				SpanKind.SPAN_KIND_SERVER);
		TracedSpan orderQuery = child(spans, orders.id(), Platform.ORDERS, "query", SpanKind.SPAN_KIND_CLIENT);
		TracedSpan toUsers = toUsers(spans, orders);
		TracedSpan users = child(spans, toUsers.id(), Platform.USERS, "governance.samples.users.Users/GetUser",
				SpanKind.SPAN_KIND_SERVER);
		TracedSpan userQuery = child(spans, users.id(), Platform.USERS, "query", SpanKind.SPAN_KIND_CLIENT);
		assertThat(spans).hasSize(7);
		assertThat(orderQuery.attributes().get("jdbc.query[0]")).contains("from orders");
		assertThat(userQuery.attributes().get("jdbc.query[0]")).contains("from users");
		assertCalled(toOrders, orders, Instance.STABLE);
		assertCalled(toUsers, users, Platform.GRAY);
		assertThat(List.of(gateway, orders, users))
			.allSatisfy((span) -> assertThat(span.attributes()).containsEntry("governance.lanes", LANES));
	}

	private static void assertCalled(TracedSpan client, TracedSpan server, String lane) {
		assertThat(client.attributes()).containsEntry("governance.instance", server.instance())
			.containsEntry("governance.lane", lane)
			.containsEntry("governance.tries", "1");
		assertThat(client.events()).noneMatch((event) -> event.startsWith("try "));
	}

	private static TracedSpan toUsers(List<TracedSpan> spans, TracedSpan orders) {
		return child(spans, orders.id(), Platform.ORDERS, "governance.samples.users.Users/GetUser",
				SpanKind.SPAN_KIND_CLIENT);
	}

	private static TracedSpan child(List<TracedSpan> spans, String parent, String service, String name, SpanKind kind) {
		List<TracedSpan> found = spans.stream()
			.filter((span) -> span.parent().equals(parent) && span.service().equals(service) && span.name().equals(name)
					&& span.kind() == kind)
			.toList();
		assertThat(found).as(() -> service + " " + name + " in " + spans).hasSize(1);
		return found.get(0);
	}

	/** A call that was tried twice is one span with two spans of servers below. */
	void tellEachTryOfACall() {
		this.platform.trouble(30);
		try {
			List<String> traces = new ArrayList<>();
			await().atMost(PATIENCE).pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
				IntStream.range(0, 5).forEach((i) -> traces.add(request()));
				assertThat(traces).anySatisfy((trace) -> assertTwoTries(this.receiver.spans(trace)));
			});
		}
		finally {
			this.platform.trouble(0);
		}
	}

	private static void assertTwoTries(List<TracedSpan> spans) {
		Optional<TracedSpan> call = spans.stream()
			.filter((span) -> "2".equals(span.attributes().get("governance.tries")))
			.findFirst();
		assertThat(call).isPresent();
		TracedSpan client = call.orElseThrow();
		assertThat(client.service()).isEqualTo(Platform.ORDERS);
		List<String> tried = spans.stream()
			.filter((span) -> span.parent().equals(client.id()) && span.kind() == SpanKind.SPAN_KIND_SERVER)
			.map(TracedSpan::instance)
			.toList();
		String last = client.attributes().get("governance.instance");
		assertThat(tried).hasSize(2).doesNotHaveDuplicates().contains(last);
		assertThat(client.events()).filteredOn((event) -> event.startsWith("try "))
			.singleElement()
			.asString()
			.startsWith("try 2 at " + last + ", since the one before was");
		assertThat(client.attributes()).containsEntry("governance.lane", Instance.STABLE);
	}

}
