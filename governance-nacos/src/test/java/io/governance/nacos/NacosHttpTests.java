package io.governance.nacos;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.governance.BackendUnavailableException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What no real server can be made to answer.
 */
@Timeout(30)
class NacosHttpTests {

	private final List<String> requests = Collections.synchronizedList(new ArrayList<>());

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final CountDownLatch end = new CountDownLatch(1);

	private boolean old;

	private HttpServer server;

	private NacosHttp http;

	private NacosAdmin admin;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.setExecutor(this.threads);
		this.server.start();
		this.http = http(Duration.ofSeconds(10));
		this.admin = admin(this.http);
		answer("/nacos/v3/auth/user/login", 200, "{\"accessToken\":\"t0ken\",\"tokenTtl\":18000}");
	}

	@AfterEach
	void stop() {
		this.end.countDown();
		this.http.close();
		this.server.stop(0);
		this.threads.shutdownNow();
	}

	private NacosHttp http(Duration timeout) {
		String address = "127.0.0.1:" + this.server.getAddress().getPort();
		NacosSettings settings = new NacosSettings(List.of(address), "alice", "s3cret", null, null, null, null, null,
				timeout, null, null);
		return new NacosHttp("nacos", settings.addresses(), settings, null);
	}

	private NacosAdmin admin(NacosHttp http) {
		return new NacosAdmin("nacos", http, new NacosLogin(http, "alice", "s3cret", System::nanoTime), () -> this.old);
	}

	private void answer(String path, int status, String body) {
		this.server.createContext(path, (exchange) -> {
			record(exchange);
			byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().add("Location", "/nacos/v3/admin/elsewhere");
			exchange.sendResponseHeaders(status, (bytes.length > 0) ? bytes.length : -1);
			exchange.getResponseBody().write(bytes);
			exchange.close();
		});
	}

	private void record(HttpExchange exchange) throws IOException {
		String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
		this.requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
				+ exchange.getRequestHeaders().getFirst("accessToken") + " " + form);
	}

	private void read() {
		read(this.admin);
	}

	private static void read(NacosAdmin admin) {
		NacosHttp.Answer answer = admin.get("read it", "/it", Map.of("a", "b c"));
		admin.data("read it", answer);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "200|<html>login</html>", "200|null", "200|''", "200|[1]", "204|''", "302|''", "429|{}",
					"500|<html>", "503|''", "502|<html>bad gateway</html>", "200|{\"code\":30000}" })
	@DisplayName("F6 F8 F39 What is no answer of Nacos is never taken for one")
	void strangeAnswersAreErrors(int status, String body) {
		answer("/nacos/v3/admin/it", status, body);
		answer("/nacos/v3/admin/elsewhere", 200, "{\"code\":0,\"data\":{}}");
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(this::read)
			.withMessageContaining("read it")
			.withMessageContaining("127.0.0.1")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("html", "s3cret", "t0ken"));
		assertThat(this.requests).noneMatch((request) -> request.contains("elsewhere"));
	}

	@Test
	@DisplayName("F6 A server that is sick is passed over for one that is not")
	void sickServerIsPassedOver() throws IOException {
		HttpServer sick = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		sick.createContext("/", (exchange) -> {
			exchange.sendResponseHeaders(500, -1);
			exchange.close();
		});
		sick.start();
		List<String> addresses = List.of("127.0.0.1:" + sick.getAddress().getPort(),
				"127.0.0.1:" + this.server.getAddress().getPort());
		NacosSettings settings = new NacosSettings(addresses, "alice", "s3cret", null, null, null, null, null,
				Duration.ofSeconds(5), null, null);
		try (NacosHttp both = new NacosHttp("nacos", settings.addresses(), settings, null)) {
			assertThat(new NacosLogin(both, "alice", "s3cret", System::nanoTime).token()).isEqualTo("t0ken");
		}
		finally {
			sick.stop(0);
		}
	}

	@Test
	@DisplayName("F3 A server that hangs leaves time for the login at another one")
	void serverThatHangsLeavesTimeForAnother() throws IOException {
		this.server.removeContext("/nacos/v3/auth/user/login");
		this.server.createContext("/nacos/v3/auth/user/login", (exchange) -> {
			// As long as it takes to check a password.
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
			byte[] body = "{\"accessToken\":\"t0ken\",\"tokenTtl\":18000}".getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			List<String> addresses = List.of("127.0.0.1:" + silent.getLocalPort(),
					"127.0.0.1:" + this.server.getAddress().getPort());
			NacosSettings settings = new NacosSettings(addresses, "alice", "s3cret", null, null, null, null, null,
					Duration.ofSeconds(2), null, null);
			try (NacosHttp both = new NacosHttp("nacos", settings.addresses(), settings, null)) {
				NacosLogin login = new NacosLogin(both, "alice", "s3cret", System::nanoTime);
				// A machine that is busy may need longer once.
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.ignoreException(BackendUnavailableException.class)
					.until(login::token, "t0ken"::equals);
			}
		}
	}

	@Test
	@DisplayName("F3 A server that never ends its answer is given up at the deadline")
	void slowAnswerIsGivenUp() {
		this.server.createContext("/nacos/v3/admin/it", (exchange) -> {
			exchange.sendResponseHeaders(200, 0);
			exchange.getResponseBody().write('{');
			exchange.getResponseBody().flush();
			awaitEnd();
		});
		try (NacosHttp hasty = http(Duration.ofMillis(500))) {
			long start = System.nanoTime();
			assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> read(admin(hasty)))
				.withMessageContaining("500ms");
			assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
		}
	}

	@Test
	@DisplayName("F3 F37 What is given up keeps no connection, whoever gives it up")
	void givenUpRequestsKeepNoConnection() throws Exception {
		AtomicInteger ended = new AtomicInteger();
		try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			this.threads.submit(() -> {
				while (true) {
					Socket connection = silent.accept();
					this.threads.submit(() -> {
						connection.getInputStream().transferTo(OutputStream.nullOutputStream());
						return ended.incrementAndGet();
					});
				}
			});
			NacosSettings settings = new NacosSettings(List.of("127.0.0.1:" + silent.getLocalPort()), null, null, null,
					null, null, null, null, Duration.ofMillis(300), null, null);
			try (NacosHttp hasty = new NacosHttp("nacos", settings.addresses(), settings, null)) {
				for (int i = 0; i < 3; i++) {
					assertThatExceptionOfType(BackendUnavailableException.class)
						.isThrownBy(() -> hasty.send("read it", "GET", "/it", "", Map.of()));
				}
				Awaitility.await().until(() -> ended.get() == 3);
				Thread.currentThread().interrupt();
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> hasty.send("read it", "GET", "/it", "", Map.of()))
					.withMessageContaining("interrupted");
				assertThat(Thread.interrupted()).isTrue();
			}
		}
	}

	@Test
	@DisplayName("F37 A call that begins while the backend is closed is told of it, and not of its threads")
	void callDuringCloseIsTold() {
		answer("/nacos/it", 200, "{}");
		for (int i = 0; i < 50; i++) {
			Future<?> caller;
			try (NacosHttp closing = http(Duration.ofSeconds(10))) {
				closing.send("read it", "GET", "/it", "", Map.of());
				caller = this.threads.submit(() -> {
					while (true) {
						closing.send("read it", "GET", "/it", "", Map.of());
					}
				});
			}
			assertThat(caller).failsWithin(Duration.ofSeconds(20))
				.withThrowableOfType(ExecutionException.class)
				.satisfies((ex) -> assertThat(ex.getCause()).isInstanceOfAny(BackendUnavailableException.class,
						IllegalStateException.class));
		}
	}

	@Test
	@DisplayName("F25 An answer that is longer than any of Nacos is not kept")
	void endlessAnswerIsGivenUp() {
		byte[] part = new byte[1024 * 1024];
		this.server.createContext("/nacos/v3/admin/it", (exchange) -> {
			exchange.sendResponseHeaders(200, 0);
			while (true) {
				exchange.getResponseBody().write(part);
			}
		});
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(this::read)
			.withMessageContaining("longer than 64 MiB");
	}

	private void awaitEnd() {
		try {
			if (!this.end.await(20, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Nobody ends it");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	@DisplayName("(c)3 The password goes into the form of the login alone, the token into a header alone")
	void secretsStayOutOfUrls() {
		answer("/nacos/v3/admin/it", 200, "{\"code\":0,\"data\":{}}");
		read();
		read();
		assertThat(this.requests).hasSize(3);
		assertThat(this.requests.get(0)).startsWith("POST /nacos/v3/auth/user/login null ");
		assertThat(this.requests.subList(1, 3)).containsOnly("GET /nacos/v3/admin/it?a=b+c t0ken ");
		assertThat(this.requests.get(0)).contains("username=alice").contains("password=s3cret");
	}

	@Test
	@DisplayName("Nacos 2, which has no admin API, is told so")
	void serverWithoutAdminApiIsRefusedInWords() {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(this::read)
			.withMessageContaining("version 3");
		// One that asks for a login before it says that it does not know the path.
		answer("/nacos/v3/admin/it", 403, "");
		this.old = true;
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(this::read)
			.withMessageContaining("version 3");
	}

	@Test
	@DisplayName("(c)9 Who may not read is told which user to set")
	void forbiddenIsNoEmptyList() {
		answer("/nacos/v3/admin/it", 403, "{\"code\":403}");
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(this::read)
			.withMessageContaining("governance.nacos.admin.username");
	}

}
