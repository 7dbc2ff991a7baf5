package io.governance.consul;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import javax.net.ssl.SSLSocketFactory;

import com.sun.management.ThreadMXBean;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

/** What servers send, and do to connections. There is one place for a connection. */
@Timeout(30)
class HttpAnswersTests {

	private static final Duration DEADLINE = Duration.ofSeconds(5);

	private static final Duration SOON = Duration.ofMillis(300);

	private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final DeadlineHttpClient client = new DeadlineHttpClient((SSLSocketFactory) SSLSocketFactory.getDefault(),
			1,
			new ConsulToken(
					new ConsulSettings(null, null, null, null, "s3cret", null, null, null, null, null, null, null)),
			() -> this.timer, DEADLINE, false);

	@AfterEach
	void close() {
		this.client.close();
		this.timer.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { OK, "HTTP/1.1 100 Continue\r\n\r\n" + OK, "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" + OK,
					"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n",
					"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok" })
	void answerIsReadAndItsConnectionUsedAgain(String answer) throws IOException {
		try (RawServer server = new RawServer(answer)) {
			assertThat(text(server, DEADLINE)).isEqualTo("ok");
			assertThat(text(server, DEADLINE)).isEqualTo("ok");
			assertThat(server.connections()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "HTTP/1.1 200 OK\r\n\r\nok", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok" })
	void answerMayEndWithItsConnection(String answer) throws IOException {
		try (RawServer server = new RawServer(answer).thatCloses()) {
			assertThat(text(server, DEADLINE)).isEqualTo("ok");
			assertThat(text(server, DEADLINE)).isEqualTo("ok");
			assertThat(server.connections()).isEqualTo(2);
		}
	}

	@Test
	void connectionIsUsedForNoLongerThanTheServerKeepsIt() throws IOException {
		try (RawServer server = new RawServer(OK.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=1, max=9\r\n\r\n"))) {
			text(server, DEADLINE);
			server.answer(OK.replace("\r\n\r\n", "\r\nKeep-Alive: timeout=60\r\n\r\n"));
			text(server, DEADLINE);
			assertThat(server.connections()).isEqualTo(2);
			text(server, DEADLINE);
			assertThat(server.connections()).isEqualTo(2);
		}
	}

	@Test
	void connectionThatEndedWhileItRestedIsNotUsed() throws IOException {
		try (RawServer server = new RawServer(OK).thatCloses()) {
			text(server, DEADLINE);
			// Longer than a connection rests unseen, and than it takes to tell of its
			// end.
			Awaitility.await().pollDelay(Duration.ofMillis(500)).until(() -> true);
			assertThat(text(server, DEADLINE)).isEqualTo("ok");
		}
	}

	@Test
	void keptConnectionThatEndsIsNoFailureOfWhatMayBeRepeated() throws IOException {
		try (RawServer server = new RawServer(OK).thatAnswersOnce()) {
			ConsulAgent agent = agent(server);
			for (int i = 1; i <= 3; i++) {
				assertThat(agent.call(ConsulRequest.put("/v1/agent/check/pass/a", "{}"), DEADLINE).body())
					.isEqualTo("ok");
				assertThat(server.connections()).isEqualTo(i);
			}
			assertThatExceptionOfType(ConsulAgent.UnansweredException.class)
				.isThrownBy(() -> agent.call(ConsulRequest.putOnce("/v1/txn", "[]"), DEADLINE));
		}
	}

	@Test
	void newConnectionThatEndsIsNotTriedAgain() throws IOException {
		try (RawServer server = new RawServer(OK).thatHangsUp()) {
			assertThatExceptionOfType(ConsulAgent.UnansweredException.class)
				.isThrownBy(() -> agent(server).call(ConsulRequest.get("/v1/kv/a"), DEADLINE));
			assertThat(server.connections()).isEqualTo(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "Token s3cret is wrong\r\n\r\n", "HTTP/1.1 s3cret OK\r\n\r\n",
			"HTTP/1.1 200 OK\r\ns3cret\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: s3cret\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: s3cret\r\n\r\n",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ns3cret\r\nok" })
	void whatIsNotHttpIsNotQuoted(String answer) throws IOException {
		try (RawServer server = new RawServer(answer).thatCloses()) {
			assertThatIOException().isThrownBy(() -> text(server, DEADLINE))
				.satisfies((ex) -> assertThat(stackTrace(ex)).doesNotContain("s3cret"));
			assertPlaceIsFree(server);
		}
	}

	@Test
	void headsOfAnswersAreBounded() throws IOException {
		try (RawServer many = new RawServer("HTTP/1.1 200 OK\r\n" + "X-Header: 1\r\n".repeat(300) + "\r\n");
				RawServer large = new RawServer("HTTP/1.1 200 OK\r\nX-Header: " + "1".repeat(70_000) + "\r\n\r\n")) {
			assertThatIOException().isThrownBy(() -> text(many, DEADLINE)).withMessageContaining("Maximum header");
			assertThatIOException().isThrownBy(() -> text(large, DEADLINE)).withMessageContaining("Maximum line");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { RawServer.TRICKLE + "\r\n", "HTTP/1.1 200 OK\r\nX-Long: " + RawServer.TRICKLE + "1",
			"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + RawServer.TRICKLE + "1",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + RawServer.TRICKLE + "1\r\n1\r\n" })
	void answerThatTricklesInEndsAtTheDeadline(String answer) throws IOException {
		try (RawServer server = new RawServer(answer)) {
			long begun = System.nanoTime();
			if (answer.startsWith(RawServer.TRICKLE)) {
				// A head begins with few empty lines.
				assertThatIOException().isThrownBy(() -> text(server, SOON));
			}
			else {
				assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> text(server, SOON));
			}
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(DEADLINE);
			assertPlaceIsFree(server);
		}
	}

	@Test
	void handshakeThatDoesNotEndIsUnsentAtTheDeadline() throws IOException {
		try (RawServer silent = new RawServer("")) {
			assertThatExceptionOfType(DeadlineHttpClient.UnsentException.class)
				.isThrownBy(() -> text(silent.agent("https"), SOON))
				.withCauseInstanceOf(SocketTimeoutException.class);
			assertThatExceptionOfType(DeadlineHttpClient.UnsentException.class)
				.isThrownBy(() -> text(silent.agent("https"), SOON))
				.withCauseInstanceOf(SocketTimeoutException.class);
		}
	}

	@Test
	void requestNamesPathHostAndToken() throws IOException {
		try (RawServer server = new RawServer(OK)) {
			String host = server.agent("http").toHostString();
			ConsulAgent agent = new ConsulAgent("consul", "http://" + host + "/behind/proxy/", this.client,
					this.client);
			agent.call(ConsulRequest.get("/v1/kv/a%2Fb").with("dc=east"), DEADLINE);
			assertThat(server.heads()).singleElement()
				.asString()
				.startsWith("GET /behind/proxy/v1/kv/a%2Fb?dc=east HTTP/1.1\r\n")
				.contains("\r\nHost: " + host + "\r\n", "\r\nX-Consul-Token: s3cret\r\n");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://[::1]:8500", "https://xn--bcher-kva.example:8501", "http://consul.example:8500" })
	void addressIsToldAsItIs(String address) {
		ConsulAgent agent = new ConsulAgent("consul", address, this.client, this.client);
		assertThat(agent.address()).isEqualTo(address);
		assertThat(agent.authority()).isEqualTo(address.substring(address.indexOf("//") + 2));
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://10.0.0.1/", "http://10.0.0.1:80", "http://10.0.0.1//" })
	void agentThatIsNamedTwiceIsOneAgent(String second) {
		ConsulSettings settings = ConsulFixture.settings(List.of("http://10.0.0.1", second, "http://10.0.0.1/other"), 1,
				DEADLINE);
		try (ConsulClient twice = new ConsulClient("consul", settings, null)) {
			assertThat(twice.agents()).extracting(ConsulAgent::address)
				.containsExactly("http://10.0.0.1:80", "http://10.0.0.1:80/other");
		}
	}

	@Test
	void bodyIsNotKeptBeforeItHasCome() throws IOException {
		try (RawServer server = new RawServer("HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\nok")) {
			ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
			long before = threads.getCurrentThreadAllocatedBytes();
			assertThatExceptionOfType(ConsulAgent.UnansweredException.class)
				.isThrownBy(() -> agent(server).call(ConsulRequest.get("/v1/kv/a"), SOON))
				.withMessageContaining("in time");
			assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000_000);
		}
	}

	@Test
	void bodyThatIsLongerThanAnyOfConsulIsNotKept() throws IOException {
		String chunk = "100000\r\n" + "x".repeat(0x100000) + "\r\n";
		try (RawServer server = new RawServer(
				"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(65))) {
			assertThatExceptionOfType(ConsulAgent.UnansweredException.class)
				.isThrownBy(() -> agent(server).call(ConsulRequest.get("/v1/kv/a"), DEADLINE))
				.withMessageContaining("more than 64 MiB");
			assertPlaceIsFree(server);
		}
	}

	private ConsulAgent agent(RawServer server) {
		return new ConsulAgent("consul", server.agent("http").toURI(), this.client, this.client);
	}

	@Test
	void nobodyIsBlamedForOurOwnCrowd() throws Exception {
		try (RawServer silent = new RawServer("")) {
			ConsulAgent agent = new ConsulAgent("consul", silent.agent("http").toURI(), this.client, this.client);
			ConsulRequest request = ConsulRequest.get("/v1/status/leader");
			CompletableFuture<Void> first = CompletableFuture.runAsync(() -> agent.call(request, DEADLINE));
			Awaitility.await().until(() -> !silent.heads().isEmpty());
			assertThatExceptionOfType(ConsulAgent.UnansweredException.class).isThrownBy(() -> agent.call(request, SOON))
				.withMessageContaining("all connections to it are in use")
				.satisfies((ex) -> {
					assertThat(ex.isUnsent()).isTrue();
					assertThat(ex.isAgentToBlame()).isFalse();
				});
			this.client.abortAll((any) -> true);
			assertThat(first).failsWithin(DEADLINE)
				.withThrowableThat()
				.havingCause()
				.isInstanceOfSatisfying(ConsulAgent.UnansweredException.class, (ex) -> {
					assertThat(ex.isUnsent()).isFalse();
					assertThat(ex.isAgentToBlame()).isTrue();
				});
		}
	}

	@Test
	void nobodyListensIsUnsent() throws IOException {
		int port;
		try (ServerSocket free = new ServerSocket(0)) {
			port = free.getLocalPort();
		}
		HttpHost agent = new HttpHost("http", "127.0.0.1", port);
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(DeadlineHttpClient.UnsentException.class).isThrownBy(() -> text(agent, DEADLINE))
				.withMessageContaining("refused");
		}
	}

	private void assertPlaceIsFree(RawServer server) throws IOException {
		server.answer(OK);
		assertThat(text(server, DEADLINE)).isEqualTo("ok");
	}

	private String text(RawServer server, Duration deadline) throws IOException {
		return text(server.agent("http"), deadline);
	}

	private String text(HttpHost agent, Duration deadline) throws IOException {
		return this.client.execute(agent, new BasicClassicHttpRequest("GET", agent, "/"), false, deadline,
				(response) -> {
					HttpEntity entity = response.getEntity();
					return (entity != null) ? new String(EntityUtils.toByteArray(entity), StandardCharsets.UTF_8) : "";
				});
	}

	private static String stackTrace(Throwable ex) {
		StringWriter text = new StringWriter();
		ex.printStackTrace(new PrintWriter(text));
		return text.toString();
	}

}
