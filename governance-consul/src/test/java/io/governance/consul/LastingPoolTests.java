package io.governance.consul;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import com.sun.net.httpserver.HttpServer;
import org.apache.http.HttpClientConnection;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.client.methods.HttpGet;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.impl.client.CloseableHttpClient;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.protocol.HttpContext;
import org.apache.http.protocol.HttpRequestExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(30)
class LastingPoolTests {

	@Test
	void errorInOneRequestDoesNotEndAllOthers() throws Exception {
		HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		server.createContext("/", (exchange) -> {
			exchange.sendResponseHeaders(204, -1);
			exchange.close();
		});
		server.start();
		HttpGet request = new HttpGet("http://127.0.0.1:" + server.getAddress().getPort() + "/");
		LastingPool pool = new LastingPool(RegistryBuilder.<ConnectionSocketFactory>create()
			.register("http", PlainConnectionSocketFactory.getSocketFactory())
			.build(), 2);
		try (CloseableHttpClient failing = HttpClients.custom()
			.setConnectionManager(pool)
			.setRequestExecutor(new Failing())
			.build(); CloseableHttpClient client = HttpClients.custom().setConnectionManager(pool).build()) {
			assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> failing.execute(request));
			try (var answer = client.execute(request)) {
				assertThat(answer.getStatusLine().getStatusCode()).isEqualTo(204);
			}
			pool.end();
			assertThatIllegalStateException().isThrownBy(() -> client.execute(request));
		}
		finally {
			server.stop(0);
		}
	}

	private static final class Failing extends HttpRequestExecutor {

		@Override
		public HttpResponse execute(HttpRequest request, HttpClientConnection connection, HttpContext context) {
			throw new OutOfMemoryError("Not really");
		}

	}

}
