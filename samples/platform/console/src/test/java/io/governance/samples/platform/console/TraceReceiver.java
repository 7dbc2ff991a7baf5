package io.governance.samples.platform.console;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;

/**
 * Receives spans over OTLP, as Protocol Buffers over HTTP, and keeps those of the traces
 * that it was asked to follow.
 */
final class TraceReceiver implements AutoCloseable {

	/** Who has begun a trace that is followed: the caller, of whom there is no span. */
	static final String CALLER = "00f067aa0ba902b7";

	private final HttpServer server;

	private final AtomicLong traces = new AtomicLong();

	private final Map<String, List<TracedSpan>> followed = new ConcurrentHashMap<>();

	TraceReceiver() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/v1/traces", this::receive);
		this.server.start();
	}

	/** What sends the spans of a service here, soon. */
	List<String> properties() {
		return List.of(
				"management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:"
						+ this.server.getAddress().getPort() + "/v1/traces",
				"management.opentelemetry.tracing.export.schedule-delay=200ms");
	}

	/** A new trace, to be followed. */
	String follow() {
		String trace = "%032x".formatted(this.traces.incrementAndGet());
		this.followed.put(trace, new CopyOnWriteArrayList<>());
		return trace;
	}

	/** What has been received of a trace that is followed. */
	List<TracedSpan> spans(String trace) {
		return this.followed.getOrDefault(trace, List.of());
	}

	private void receive(HttpExchange exchange) throws IOException {
		try (exchange) {
			ExportTraceServiceRequest.parseFrom(exchange.getRequestBody())
				.getResourceSpansList()
				.forEach(this::receive);
			exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
			exchange.sendResponseHeaders(200, -1);
		}
	}

	private void receive(ResourceSpans received) {
		Map<String, String> resource = attributes(received.getResource().getAttributesList());
		received.getScopeSpansList().forEach((scope) -> scope.getSpansList().forEach((span) -> {
			List<TracedSpan> trace = this.followed.get(hex(span.getTraceId()));
			if (trace != null) {
				trace.add(new TracedSpan(resource.getOrDefault("service.name", ""),
						resource.getOrDefault("service.instance.id", ""), span.getName(), span.getKind(),
						hex(span.getSpanId()), hex(span.getParentSpanId()), attributes(span.getAttributesList()),
						span.getEventsList().stream().map(Span.Event::getName).toList()));
			}
		}));
	}

	private static Map<String, String> attributes(List<KeyValue> attributes) {
		return attributes.stream()
			.collect(Collectors.toMap(KeyValue::getKey, (attribute) -> attribute.getValue().getStringValue()));
	}

	private static String hex(ByteString id) {
		StringBuilder hex = new StringBuilder();
		for (byte octet : id) {
			hex.append("%02x".formatted(octet));
		}
		return hex.toString();
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	/**
	 * A span.
	 *
	 * @param service the service
	 * @param instance its instance
	 * @param name the name
	 * @param kind whether a call comes in or goes out
	 * @param id the id
	 * @param parent the id of its parent
	 * @param attributes its attributes that are texts
	 * @param events the names of its events
	 */
	record TracedSpan(String service, String instance, String name, Span.SpanKind kind, String id, String parent,
			Map<String, String> attributes, List<String> events) {
	}

}
