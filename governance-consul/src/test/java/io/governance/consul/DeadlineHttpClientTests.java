package io.governance.consul;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicReference;

import com.sun.net.httpserver.HttpServer;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityTemplate;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(30)
class DeadlineHttpClientTests {

	private static final Duration DEADLINE = Duration.ofSeconds(5);

	private static final Duration SOON = Duration.ofMillis(300);

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final List<InetSocketAddress> callers = new CopyOnWriteArrayList<>();

	private final CountDownLatch released = new CountDownLatch(1);

	private HttpServer server;

	private HttpHost agent;

	@BeforeEach
	void startServer() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(Executors.newCachedThreadPool());
		this.server.createContext("/", (exchange) -> {
			this.callers.add(exchange.getRemoteAddress());
			String path = exchange.getRequestURI().getPath();
			if ("/slow".equals(path)) {
				await(this.released);
			}
			if ("/last".equals(path)) {
				exchange.getResponseHeaders().set("Connection", "close");
			}
			exchange.getResponseHeaders().set("Location", "/elsewhere");
			exchange.sendResponseHeaders("/redirected".equals(path) ? 302 : 204, -1);
			exchange.close();
		});
		this.server.start();
		this.agent = agent(this.server.getAddress().getPort());
	}

	@AfterEach
	void stopServer() {
		this.released.countDown();
		this.server.stop(0);
		((ExecutorService) this.server.getExecutor()).shutdownNow();
		this.timer.shutdownNow();
	}

	@Test
	void errorInOneRequestNeitherEndsTheOthersNorKeepsItsConnection() throws IOException {
		DeadlineHttpClient client = client(1);
		assertThatExceptionOfType(OutOfMemoryError.class)
			.isThrownBy(() -> client.execute(this.agent, get(this.agent, "/"), false, DEADLINE, (response) -> {
				throw new OutOfMemoryError("Not really");
			}));
		assertThat(status(client, "/")).isEqualTo(204);
		assertThat(Set.copyOf(this.callers)).hasSize(2);
		client.close();
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> status(client, "/"));
	}

	@Test
	void connectionIsUsedAgain() throws IOException {
		try (DeadlineHttpClient client = client(1)) {
			status(client, "/");
			status(client, "/");
			assertThat(this.callers).hasSize(2);
			assertThat(Set.copyOf(this.callers)).hasSize(1);
		}
	}

	@Test
	void connectionThatTheServerEndsIsNotUsedAgain() throws IOException {
		try (DeadlineHttpClient client = client(1)) {
			status(client, "/last");
			assertThat(status(client, "/")).isEqualTo(204);
			assertThat(Set.copyOf(this.callers)).hasSize(2);
		}
	}

	@Test
	void redirectIsAnAnswer() throws IOException {
		try (DeadlineHttpClient client = client(1)) {
			assertThat(status(client, "/redirected")).isEqualTo(302);
		}
	}

	@Test
	void errorWhileTheRequestIsWrittenKeepsNoConnection() throws IOException {
		try (DeadlineHttpClient client = client(1)) {
			ClassicHttpRequest failing = new BasicClassicHttpRequest("PUT", this.agent, "/");
			failing.setEntity(new EntityTemplate(-1, null, null, (out) -> {
				throw new OutOfMemoryError("Not really");
			}));
			assertThatExceptionOfType(OutOfMemoryError.class)
				.isThrownBy(() -> client.execute(this.agent, failing, false, DEADLINE, (response) -> null));
			assertThat(status(client, "/")).isEqualTo(204);
		}
	}

	@Test
	void whoeverFindsNoPlaceIsToldAndSendsNothing() throws Exception {
		try (DeadlineHttpClient client = client(1)) {
			CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> statusOf(client, "/slow"));
			Awaitility.await().until(() -> this.callers.size() == 1);
			assertThatExceptionOfType(DeadlineHttpClient.UnsentException.class)
				.isThrownBy(() -> client.execute(this.agent, get(this.agent, "/"), false, SOON, (response) -> null))
				.withCauseInstanceOf(AgentConnections.CrowdedException.class);
			this.released.countDown();
			assertThat(first.get()).isEqualTo(204);
			assertThat(status(client, "/")).isEqualTo(204);
			assertThat(this.callers).hasSize(2);
		}
	}

	@Test
	void requestOfAThreadEndsWhenItIsAborted() {
		try (DeadlineHttpClient client = client(1)) {
			AtomicReference<Thread> waiting = new AtomicReference<>();
			CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> {
				waiting.set(Thread.currentThread());
				return statusOf(client, "/slow");
			});
			Awaitility.await().until(() -> this.callers.size() == 1);
			assertThat(client.asking()).containsExactly(this.agent.toHostString());
			client.abort(waiting.get());
			assertThat(answer).failsWithin(DEADLINE)
				.withThrowableThat()
				.withRootCauseInstanceOf(IOException.class)
				.withStackTraceContaining(DeadlineHttpClient.AbandonedException.class.getName());
		}
	}

	@Test
	void requestsEndWhenAllAreAborted() {
		try (DeadlineHttpClient client = client(1)) {
			CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> statusOf(client, "/slow"));
			Awaitility.await().until(() -> this.callers.size() == 1);
			client.abortAll(this.agent.toHostString()::equals);
			assertThat(answer).failsWithin(DEADLINE)
				.withThrowableThat()
				.withStackTraceContaining(SocketTimeoutException.class.getName());
		}
	}

	@Test
	void threadThatWasInterruptedStillSendsWhatIsNotToBeInterrupted() throws IOException {
		try (DeadlineHttpClient client = client(1)) {
			Thread.currentThread().interrupt();
			assertThat(status(client, "/")).isEqualTo(204);
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void whatBeginsWhileTheClientIsClosedIsRefusedOrEnded() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		DeadlineHttpClient client = new DeadlineHttpClient(null, 1, token(), () -> {
			begun.countDown();
			await(closed);
			return this.timer;
		}, DEADLINE, false);
		CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> statusOf(client, "/slow"));
		begun.await();
		client.close();
		client.abortAll((any) -> true);
		closed.countDown();
		assertThat(answer).failsWithin(DEADLINE)
			.withThrowableThat()
			.withCauseInstanceOf(RejectedExecutionException.class);
	}

	@Test
	void connectionInUseAtTheEndIsClosedWhenItIsGivenBack() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			DeadlineHttpClient client = client(1);
			HttpHost host = agent(server.getLocalPort());
			CompletableFuture<Integer> answer = CompletableFuture.supplyAsync(() -> statusOf(client, host, "/"));
			try (Socket connection = server.accept()) {
				connection.setSoTimeout((int) DEADLINE.toMillis());
				assertThat(connection.getInputStream().read()).isEqualTo('G');
				client.close();
				connection.getOutputStream()
					.write("HTTP/1.1 204 No Content\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
				assertThat(answer.get()).isEqualTo(204);
				assertThat(isEnded(connection)).isTrue();
			}
		}
	}

	private static boolean isEnded(Socket connection) throws IOException {
		try {
			connection.getInputStream().readAllBytes();
			return true;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (SocketException ex) {
			return true;
		}
	}

	private static HttpHost agent(int port) {
		return new HttpHost("http", "127.0.0.1", port);
	}

	private static ConsulToken token() {
		return new ConsulToken(
				new ConsulSettings(null, null, null, null, null, null, null, null, null, null, null, null));
	}

	private DeadlineHttpClient client(int most) {
		return new DeadlineHttpClient(null, most, token(), () -> this.timer, DEADLINE, false);
	}

	private static ClassicHttpRequest get(HttpHost agent, String path) {
		return new BasicClassicHttpRequest("GET", agent, path);
	}

	private int status(DeadlineHttpClient client, String path) throws IOException {
		return status(client, this.agent, path);
	}

	private static int status(DeadlineHttpClient client, HttpHost host, String path) throws IOException {
		return client.execute(host, get(host, path), false, DEADLINE, (response) -> response.getCode());
	}

	private int statusOf(DeadlineHttpClient client, String path) {
		return statusOf(client, this.agent, path);
	}

	private static int statusOf(DeadlineHttpClient client, HttpHost host, String path) {
		try {
			return status(client, host, path);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
