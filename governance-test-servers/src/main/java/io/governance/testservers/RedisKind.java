package io.governance.testservers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Redis server that keeps nothing on disk, with further arguments.
 */
record RedisKind(List<String> flags) implements ServerKind {

	private static final int TIMEOUT = 2000;

	@Override
	public String name() {
		return "redis";
	}

	@Override
	public int[] portOffsets() {
		return new int[] { 0 };
	}

	@Override
	public String address(int port) {
		return "redis://127.0.0.1:" + port;
	}

	@Override
	public Duration startDeadline() {
		return Duration.ofSeconds(60);
	}

	@Override
	public List<String> arguments(int port, Path home) {
		List<String> arguments = new ArrayList<>(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1",
				"--dir", home.resolve("data").toString(), "--save", "", "--appendonly", "no"));
		arguments.addAll(this.flags);
		return arguments;
	}

	@Override
	public boolean isReady(int port) {
		try (Socket socket = new Socket()) {
			socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT);
			socket.setSoTimeout(TIMEOUT);
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
			return answer.equals("+PONG") || answer.equals("-NOAU");
		}
		catch (IOException ex) {
			return false;
		}
	}

}
