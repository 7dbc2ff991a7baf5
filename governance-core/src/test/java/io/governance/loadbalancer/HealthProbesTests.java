package io.governance.loadbalancer;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpServer;
import io.governance.registry.Instance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@Timeout(30)
class HealthProbesTests {

	/** Nothing that answers takes so long. */
	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final Duration SHORT = Duration.ofMillis(300);

	private final ExecutorService pool = Executors.newCachedThreadPool();

	private final HealthProbe tcp = new TcpHealthProbe();

	private final HealthProbe http = new HttpHealthProbe("/health?deep=no");

	@AfterEach
	void endThreads() throws InterruptedException {
		this.pool.shutdownNow();
		assertThat(this.pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void tcpIsContentWithAConnection() throws IOException {
		int port;
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
			port = server.getLocalPort();
			assertThatCode(() -> this.tcp.probe(at(server), TIMEOUT)).doesNotThrowAnyException();
		}
		assertThatThrownBy(() -> this.tcp.probe(at(port), TIMEOUT)).isInstanceOf(IOException.class);
	}

	@Test
	void unknownHostIsAProblemOfTheInstance() {
		Instance instance = Instance.of("orders", "no-such-host.invalid", 80).build();
		assertThatThrownBy(() -> this.tcp.probe(instance, TIMEOUT)).isInstanceOf(IOException.class)
			.hasMessage("the host is not known");
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 204, 302, 404, 503 })
	void httpWantsASuccess(int status) throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/health", (exchange) -> {
			boolean asked = exchange.getRequestURI().toString().equals("/health?deep=no")
					&& exchange.getRequestHeaders().getFirst("Host").endsWith(":" + server.getAddress().getPort());
			exchange.sendResponseHeaders(asked ? status : 500, -1);
			exchange.close();
		});
		server.start();
		try {
			Instance instance = at(server.getAddress().getPort());
			if (status < 300) {
				assertThatCode(() -> this.http.probe(instance, TIMEOUT)).doesNotThrowAnyException();
			}
			else {
				assertThatThrownBy(() -> this.http.probe(instance, TIMEOUT)).isInstanceOf(IOException.class)
					.hasMessage("it answers with status " + status);
			}
		}
		finally {
			server.stop(0);
		}
	}

	@Test
	void httpWaitsNoLongerThanItMayForASilentServer() throws IOException {
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
			long start = System.nanoTime();
			assertThatThrownBy(() -> this.http.probe(at(server), SHORT)).isInstanceOf(SocketTimeoutException.class);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(250),
					Duration.ofSeconds(5));
		}
	}

	@Test
	void httpBoundsTheWholeAnswerOfAServerThatTrickles() throws IOException {
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
			this.pool.submit(() -> {
				try (Socket socket = server.accept(); OutputStream out = socket.getOutputStream()) {
					CountDownLatch never = new CountDownLatch(1);
					do {
						out.write('H');
						out.flush();
					}
					while (!never.await(50, TimeUnit.MILLISECONDS));
				}
				return null;
			});
			assertThatThrownBy(() -> this.http.probe(at(server), SHORT)).isInstanceOf(SocketTimeoutException.class);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "SSH-2.0-x\r\n", "HTTP/1.1 abc\r\n", "HTTP/2 200\r\n" })
	void httpRefusesWhatIsNotAnAnswer(String answer) throws IOException {
		try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
			this.pool.submit(() -> {
				try (Socket socket = server.accept()) {
					socket.getInputStream().read(new byte[1024]);
					socket.getOutputStream().write(answer.getBytes());
				}
				return null;
			});
			assertThatThrownBy(() -> this.http.probe(at(server), TIMEOUT)).isInstanceOf(IOException.class)
				.isNotInstanceOf(SocketTimeoutException.class);
		}
	}

	@Test
	void httpDoesNotSpeakPlainlyToWhoeverShouldSpeakTls() throws IOException {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/", (exchange) -> {
			exchange.sendResponseHeaders(200, -1);
			exchange.close();
		});
		server.start();
		try {
			Instance instance = at(server.getAddress().getPort()).toBuilder().secure(true).build();
			assertThatThrownBy(() -> this.http.probe(instance, Duration.ofSeconds(5))).isInstanceOf(IOException.class);
		}
		finally {
			server.stop(0);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "health", "/a b", "/a\r\nX: y" })
	void httpWantsAPath(String path) {
		assertThatIllegalArgumentException().isThrownBy(() -> new HttpHealthProbe(path))
			.withMessage("path must begin with a slash and hold no space");
	}

	private static Instance at(ServerSocket server) {
		return at(server.getLocalPort());
	}

	private static Instance at(int port) {
		return Instance.of("orders", "127.0.0.1", port).build();
	}

}
