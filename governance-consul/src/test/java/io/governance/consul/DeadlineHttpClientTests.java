package io.governance.consul;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

import com.sun.net.httpserver.HttpServer;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.client.methods.HttpPut;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.entity.StringEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(30)
class DeadlineHttpClientTests {

	private static final Registry<ConnectionSocketFactory> SOCKETS = RegistryBuilder.<ConnectionSocketFactory>create()
		.register("http", PlainConnectionSocketFactory.getSocketFactory())
		.build();

	private static final Duration DEADLINE = Duration.ofSeconds(5);

	private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

	private final List<InetSocketAddress> callers = new CopyOnWriteArrayList<>();

	private HttpServer server;

	private String address;

	@BeforeEach
	void startServer() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		this.server.createContext("/", (exchange) -> {
			this.callers.add(exchange.getRemoteAddress());
			exchange.getResponseHeaders().set("Location", "/elsewhere");
			exchange.sendResponseHeaders("/redirected".equals(exchange.getRequestURI().getPath()) ? 302 : 204, -1);
			exchange.close();
		});
		this.server.start();
		this.address = "http://127.0.0.1:" + this.server.getAddress().getPort() + "/";
	}

	@AfterEach
	void stopServer() {
		this.server.stop(0);
		this.timer.shutdownNow();
	}

	@Test
	void errorInOneRequestNeitherEndsTheOthersNorKeepsItsConnection() throws IOException {
		DeadlineHttpClient client = client();
		HttpPut failing = new HttpPut(this.address);
		failing.setEntity(new FailingEntity());
		assertThatExceptionOfType(OutOfMemoryError.class)
			.isThrownBy(() -> client.execute(failing, DEADLINE, (response) -> null));
		assertThat(status(client, "")).isEqualTo(204);
		client.close();
		assertThatIllegalStateException().isThrownBy(() -> status(client, ""));
	}

	@Test
	void connectionIsUsedAgain() throws IOException {
		try (DeadlineHttpClient client = client()) {
			status(client, "");
			status(client, "");
			assertThat(this.callers).hasSize(2);
			assertThat(Set.copyOf(this.callers)).hasSize(1);
		}
	}

	@Test
	void redirectIsAnAnswer() throws IOException {
		try (DeadlineHttpClient client = client()) {
			assertThat(status(client, "redirected")).isEqualTo(302);
		}
	}

	private DeadlineHttpClient client() {
		ConsulToken token = new ConsulToken(
				new ConsulSettings(null, null, null, null, null, null, null, null, null, null, null, null));
		return new DeadlineHttpClient(new LastingPool(SOCKETS, 1), token, () -> this.timer, DEADLINE, false);
	}

	private int status(DeadlineHttpClient client, String path) throws IOException {
		return client.execute(new HttpGet(this.address + path), DEADLINE,
				(response) -> response.getStatusLine().getStatusCode());
	}

	private static final class FailingEntity extends StringEntity {

		FailingEntity() throws IOException {
			super("");
		}

		@Override
		public void writeTo(OutputStream stream) {
			throw new OutOfMemoryError("Not really");
		}

	}

}
