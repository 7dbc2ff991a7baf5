package io.governance.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class TcpProxyTests {

	private final List<AutoCloseable> opened = new ArrayList<>();

	private ServerSocket server;

	private Thread accepting;

	private TcpProxy proxy;

	@BeforeEach
	void startServer() throws IOException {
		this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		this.opened.add(this.server);
		this.accepting = new Thread(this::acceptAll, "echo");
		this.accepting.setDaemon(true);
		this.accepting.start();
		this.proxy = TcpProxy.to(this.server.getLocalPort());
		this.opened.add(this.proxy);
	}

	private void acceptAll() {
		try {
			while (true) {
				Socket socket = this.server.accept();
				Thread echoing = new Thread(() -> echo(socket), "echo");
				echoing.setDaemon(true);
				echoing.start();
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private static void echo(Socket socket) {
		try (socket) {
			socket.getInputStream().transferTo(socket.getOutputStream());
		}
		catch (IOException ex) {
			// Cut.
		}
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable one : this.opened) {
			one.close();
		}
	}

	@Test
	void everythingPassesAndTheEndAsWell() throws Exception {
		byte[] sent = new byte[3_000_000];
		new Random(1).nextBytes(sent);
		try (Socket socket = connect()) {
			assertThat(this.proxy.address()).isEqualTo("127.0.0.1:" + this.proxy.port());
			Thread writer = new Thread(() -> write(socket, sent), "writer");
			writer.start();
			assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
			writer.join();
		}
		Awaitility.await().until(() -> this.proxy.connections() == 0);
	}

	private static void write(Socket socket, byte[] bytes) {
		try {
			socket.getOutputStream().write(bytes);
			socket.shutdownOutput();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void cutConnectionsAreResetAndNewOnesRefusedUntilItIsRestored() throws Exception {
		try (Socket socket = connect()) {
			assertThat(ask(socket, "before")).isEqualTo("before");
			assertThat(this.proxy.connections()).isEqualTo(1);
			this.proxy.cut();
			this.proxy.cut();
			assertThat(this.proxy.connections()).isZero();
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.getInputStream().read());
			assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
		}
		this.proxy.restore();
		try (Socket socket = connect()) {
			assertThat(ask(socket, "after")).isEqualTo("after");
		}
	}

	@Test
	void droppedConnectionMayBeMadeAgain() throws Exception {
		try (Socket socket = connect()) {
			assertThat(ask(socket, "before")).isEqualTo("before");
			this.proxy.dropConnections();
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.getInputStream().read());
		}
		try (Socket socket = connect()) {
			assertThat(ask(socket, "after")).isEqualTo("after");
		}
	}

	@Test
	void stalledConnectionsAreSilentAndGoOnAfterwards() throws Exception {
		try (Socket old = connect()) {
			assertThat(ask(old, "before")).isEqualTo("before");
			this.proxy.stall();
			try (Socket fresh = connect()) {
				for (Socket socket : List.of(old, fresh)) {
					socket.setSoTimeout(200);
					send(socket, "held");
					assertThatExceptionOfType(SocketTimeoutException.class)
						.isThrownBy(() -> socket.getInputStream().read());
				}
				Awaitility.await().until(() -> this.proxy.connections() == 2);
				this.proxy.restore();
				for (Socket socket : List.of(old, fresh)) {
					socket.setSoTimeout(10_000);
					assertThat(receive(socket, 4)).isEqualTo("held");
				}
			}
		}
	}

	@Test
	void bytesAreDelayedInBothDirections() throws Exception {
		this.proxy.delay(Duration.ofMillis(100));
		try (Socket socket = connect()) {
			assertThat(timeOfAsking(socket)).isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));
			this.proxy.restore();
			Awaitility.await().untilAsserted(() -> assertThat(timeOfAsking(socket)).isLessThan(Duration.ofMillis(200)));
		}
	}

	private static Duration timeOfAsking(Socket socket) throws IOException {
		long start = System.nanoTime();
		assertThat(ask(socket, "text")).isEqualTo("text");
		return Duration.ofNanos(System.nanoTime() - start);
	}

	@Test
	void connectionToAServerThatIsNotThereIsReset() throws Exception {
		this.server.close();
		this.accepting.join();
		try (Socket socket = connect()) {
			assertThatExceptionOfType(SocketException.class).isThrownBy(() -> {
				send(socket, "x");
				if (socket.getInputStream().read() < 0) {
					throw new SocketException("closed");
				}
			});
		}
	}

	@Test
	void chosenPortIsListenedOnAndFreeAfterwards() throws Exception {
		int port = this.proxy.port();
		this.proxy.close();
		this.proxy.close();
		try (TcpProxy again = TcpProxy.to(this.server.getLocalPort(), port); Socket socket = connect()) {
			assertThat(ask(socket, "again")).isEqualTo("again");
			assertThat(again.connections()).isEqualTo(1);
		}
		assertThat(Thread.getAllStackTraces().keySet())
			.noneMatch((thread) -> thread.getName().equals("tcp-proxy-" + port));
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.proxy.port());
		socket.setSoTimeout(10_000);
		return socket;
	}

	private static String ask(Socket socket, String text) throws IOException {
		send(socket, text);
		return receive(socket, text.length());
	}

	private static void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
	}

	private static String receive(Socket socket, int length) throws IOException {
		InputStream in = socket.getInputStream();
		return new String(in.readNBytes(length), StandardCharsets.UTF_8);
	}

}
