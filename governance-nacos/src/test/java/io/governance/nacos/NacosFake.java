package io.governance.nacos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import com.alibaba.nacos.api.config.remote.request.ConfigBatchListenRequest;
import com.alibaba.nacos.api.config.remote.request.ConfigChangeNotifyRequest;
import com.alibaba.nacos.api.config.remote.request.ConfigQueryRequest;
import com.alibaba.nacos.api.config.remote.response.ConfigChangeBatchListenResponse;
import com.alibaba.nacos.api.config.remote.response.ConfigQueryResponse;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.grpc.auto.BiRequestStreamGrpc;
import com.alibaba.nacos.api.grpc.auto.Payload;
import com.alibaba.nacos.api.grpc.auto.RequestGrpc;
import com.alibaba.nacos.api.naming.pojo.Instance;
import com.alibaba.nacos.api.naming.pojo.ServiceInfo;
import com.alibaba.nacos.api.naming.remote.NamingRemoteConstants;
import com.alibaba.nacos.api.naming.remote.request.BatchInstanceRequest;
import com.alibaba.nacos.api.naming.remote.request.NotifySubscriberRequest;
import com.alibaba.nacos.api.naming.remote.request.ServiceQueryRequest;
import com.alibaba.nacos.api.naming.remote.request.SubscribeServiceRequest;
import com.alibaba.nacos.api.naming.remote.response.BatchInstanceResponse;
import com.alibaba.nacos.api.naming.remote.response.QueryServiceResponse;
import com.alibaba.nacos.api.naming.remote.response.SubscribeServiceResponse;
import com.alibaba.nacos.api.remote.request.HealthCheckRequest;
import com.alibaba.nacos.api.remote.request.Request;
import com.alibaba.nacos.api.remote.request.ServerCheckRequest;
import com.alibaba.nacos.api.remote.response.ErrorResponse;
import com.alibaba.nacos.api.remote.response.HealthCheckResponse;
import com.alibaba.nacos.api.remote.response.Response;
import com.alibaba.nacos.api.remote.response.ServerCheckResponse;
import com.alibaba.nacos.common.remote.PayloadRegistry;
import com.alibaba.nacos.common.remote.client.grpc.GrpcUtils;
import com.alibaba.nacos.shaded.io.grpc.Attributes;
import com.alibaba.nacos.shaded.io.grpc.Server;
import com.alibaba.nacos.shaded.io.grpc.ServerTransportFilter;
import com.alibaba.nacos.shaded.io.grpc.Status;
import com.alibaba.nacos.shaded.io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import com.alibaba.nacos.shaded.io.grpc.stub.StreamObserver;

import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

import static org.awaitility.Awaitility.await;

/**
 * A server with one document and one service as far as its clients can tell, which does
 * what no real one can be made to do: it says that it has too much to do, tells nobody of
 * a change, goes by a clock that was set back, and drops or does not know whoever has
 * just connected.
 */
final class NacosFake implements AutoCloseable {

	static final DocumentId DOCUMENT = new DocumentId("dev", "shop", "orders.yaml");

	static final String SERVICE = "orders";

	private static final int OFFSET = 1000;

	private final Server server;

	private final List<StreamObserver<Payload>> streams = new CopyOnWriteArrayList<>();

	private final List<Request> requests = new CopyOnWriteArrayList<>();

	private final AtomicInteger drops = new AtomicInteger();

	private final AtomicInteger pushes = new AtomicInteger();

	private volatile String text = "a: 1";

	private volatile long modified = 1_000_000;

	private volatile ServiceInfo service = info(1_000_000, 8001);

	private volatile boolean busy;

	private final AtomicInteger strangers = new AtomicInteger();

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicInteger greeted = new AtomicInteger();

	private volatile Greeting greeting = Greeting.ORDINARY;

	NacosFake() {
		PayloadRegistry.init();
		try {
			this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
				.addService(new Calls())
				.addService(new Streams())
				.addTransportFilter(new Connections())
				.build()
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String address() {
		return "127.0.0.1:" + (this.server.getPort() - OFFSET);
	}

	/** What has been asked since the last time, without what keeps connections alive. */
	List<Request> takeRequests() {
		List<Request> taken = List.copyOf(this.requests);
		this.requests.removeAll(taken);
		return taken;
	}

	/** Refuses every question, as a server does whose limits are exceeded. */
	void setBusy(boolean busy) {
		this.busy = busy;
	}

	/** Ends the next connections as soon as they are there. */
	void drop(int connections) {
		this.drops.set(connections);
	}

	/** Answers so many requests as if their connection were not known. */
	void forget(int requests) {
		this.strangers.set(requests);
	}

	/** Greets whoever comes in another way. */
	void setGreeting(Greeting greeting) {
		this.greeting = greeting;
	}

	/** How many connections there are. */
	int connections() {
		return this.connections.get();
	}

	/** How many clients have said that they are there. */
	int greeted() {
		return this.greeted.get();
	}

	/** Ends the connections that there are, the way a server does that is stopped. */
	void endStreams() {
		end(StreamObserver::onCompleted);
	}

	/** Breaks the connections that there are. */
	void breakStreams(Status reason) {
		end((stream) -> stream.onError(reason.asRuntimeException()));
	}

	private void end(Consumer<StreamObserver<Payload>> how) {
		awaitStreams();
		List<StreamObserver<Payload>> ending = List.copyOf(this.streams);
		this.streams.removeAll(ending);
		ending.forEach((stream) -> {
			synchronized (stream) {
				how.accept(stream);
			}
		});
	}

	/** Changes the document and tells nobody. */
	void setText(String text) {
		this.text = text;
	}

	/** Changes the document at a time by the server's clock, and tells nobody. */
	void setText(long time, String text) {
		this.text = text;
		this.modified = time;
	}

	/** Deletes the document, and tells nobody. */
	void deleteText() {
		this.text = "";
	}

	/** Changes the service at a time by the server's clock, and tells nobody. */
	void setService(long time, int... ports) {
		this.service = info(time, ports);
	}

	/** Disables an instance, as an operator does, and tells of it. */
	void disable(long time, int port) {
		this.service.getHosts()
			.stream()
			.filter((host) -> host.getPort() == port)
			.forEach((host) -> host.setEnabled(false));
		this.service.setLastRefTime(time);
		pushService();
	}

	/** Tells that there is another document. */
	void pushDocument() {
		push(ConfigChangeNotifyRequest.build(DOCUMENT.name(), DOCUMENT.group(), DOCUMENT.namespace()));
	}

	/** Tells the service as it is. */
	void pushService() {
		push(NotifySubscriberRequest.buildNotifySubscriberRequest(this.service));
	}

	/** Tells the service as it was. */
	void pushService(long time, int... ports) {
		push(NotifySubscriberRequest.buildNotifySubscriberRequest(info(time, ports)));
	}

	private void push(Request request) {
		request.setRequestId(Integer.toString(this.pushes.incrementAndGet()));
		Payload payload = GrpcUtils.convert(request);
		awaitStreams();
		this.streams.forEach((stream) -> {
			synchronized (stream) {
				stream.onNext(payload);
			}
		});
	}

	/**
	 * One for documents and one for services: a call on a new connection can be answered
	 * before its stream has come.
	 */
	private void awaitStreams() {
		await().atMost(Duration.ofSeconds(30)).until(() -> this.streams.size() >= 2);
	}

	private static Instance host(int port) {
		Instance host = new Instance();
		host.setIp("127.0.0.1");
		host.setPort(port);
		return host;
	}

	private static ServiceInfo info(long time, int... ports) {
		ServiceInfo info = new ServiceInfo(SERVICE, "");
		info.setGroupName("DEFAULT_GROUP");
		info.setLastRefTime(time);
		info.setHosts(IntStream.of(ports).mapToObj(NacosFake::host).toList());
		return info;
	}

	private Response answer(Request request) {
		if (request instanceof ServerCheckRequest) {
			return new ServerCheckResponse("connection", this.greeting == Greeting.NEGOTIATING);
		}
		if (request instanceof HealthCheckRequest) {
			return new HealthCheckResponse();
		}
		this.requests.add(request);
		if (this.strangers.getAndUpdate((left) -> Math.max(0, left - 1)) > 0) {
			return ErrorResponse.build(NacosException.UN_REGISTER, "Connection is unregistered.");
		}
		Response answer = answerQuestion(request);
		if (this.busy) {
			answer.setErrorInfo(NacosException.OVER_THRESHOLD, "too much to do");
		}
		return answer;
	}

	private Response answerQuestion(Request request) {
		byte[] content = this.text.getBytes(StandardCharsets.UTF_8);
		if (request instanceof ConfigQueryRequest && content.length == 0) {
			return ConfigQueryResponse.buildFailResponse(ConfigQueryResponse.CONFIG_NOT_FOUND, "not there");
		}
		if (request instanceof ConfigQueryRequest) {
			ConfigQueryResponse answer = this.busy ? new ConfigQueryResponse()
					: ConfigQueryResponse.buildSuccessResponse(this.text);
			answer.setMd5(Md5.revision(content).value());
			answer.setLastModified(this.modified);
			return answer;
		}
		if (request instanceof ConfigBatchListenRequest listen) {
			ConfigChangeBatchListenResponse answer = new ConfigChangeBatchListenResponse();
			listen.getConfigListenContexts()
				.stream()
				.filter((context) -> !context.getMd5()
					.equals((content.length == 0) ? "" : Md5.revision(content).value()))
				.forEach((context) -> answer.addChangeConfig(context.getDataId(), context.getGroup(),
						context.getTenant()));
			return answer;
		}
		if (request instanceof SubscribeServiceRequest) {
			return this.busy ? new SubscribeServiceResponse() : new SubscribeServiceResponse(200, "", this.service);
		}
		if (request instanceof BatchInstanceRequest) {
			return new BatchInstanceResponse(NamingRemoteConstants.BATCH_REGISTER_INSTANCE);
		}
		if (request instanceof ServiceQueryRequest query) {
			return QueryServiceResponse.buildSuccessResponse(query.getServiceName().equals(SERVICE) ? this.service
					: new ServiceInfo(query.getServiceName(), ""));
		}
		return ErrorResponse.build(NacosException.NO_HANDLER, "unknown");
	}

	@Override
	public void close() {
		this.server.shutdownNow();
		try {
			this.server.awaitTermination(5, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** How it answers whoever comes. */
	enum Greeting {

		/** Says that there is nothing to agree on. */
		ORDINARY,

		/** Says nothing. */
		SILENT,

		/** Says that there is something to agree on, and goes no further. */
		NEGOTIATING

	}

	private final class Connections extends ServerTransportFilter {

		@Override
		public Attributes transportReady(Attributes attributes) {
			NacosFake.this.connections.incrementAndGet();
			return attributes;
		}

		@Override
		public void transportTerminated(@Nullable Attributes attributes) {
			// A connection over which nothing came was none.
			if (attributes != null) {
				NacosFake.this.connections.decrementAndGet();
			}
		}

	}

	private final class Calls extends RequestGrpc.RequestImplBase {

		@Override
		public void request(Payload payload, StreamObserver<Payload> observer) {
			Request request = (Request) GrpcUtils.parse(payload);
			if (request instanceof ServerCheckRequest) {
				NacosFake.this.greeted.incrementAndGet();
				if (NacosFake.this.greeting == Greeting.SILENT) {
					return;
				}
			}
			observer.onNext(GrpcUtils.convert(answer(request)));
			observer.onCompleted();
		}

	}

	private final class Streams extends BiRequestStreamGrpc.BiRequestStreamImplBase {

		@Override
		public StreamObserver<Payload> requestBiStream(StreamObserver<Payload> client) {
			return new StreamObserver<>() {

				@Override
				public void onNext(Payload payload) {
					if (!(GrpcUtils.parse(payload) instanceof Request)) {
						return;
					}
					if (NacosFake.this.drops.getAndDecrement() > 0) {
						client.onError(Status.UNAVAILABLE.asRuntimeException());
					}
					else {
						NacosFake.this.streams.add(client);
					}
				}

				@Override
				public void onError(Throwable failure) {
					NacosFake.this.streams.remove(client);
				}

				@Override
				public void onCompleted() {
					NacosFake.this.streams.remove(client);
				}

			};
		}

	}

}
