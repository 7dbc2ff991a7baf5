package io.governance.consul;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers the health checks of gRPC, with as much of HTTP/2 as that takes: whatever is
 * called, the answer is whether it serves.
 */
final class GrpcHealth implements AutoCloseable {

	private static final int DATA = 0;

	private static final int HEADERS = 1;

	private static final int SETTINGS = 4;

	private static final int PING = 6;

	private static final int END_STREAM = 1;

	private static final int ACKNOWLEDGED = 1;

	private static final int END_HEADERS = 4;

	private final ServerSocket server;

	private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final AtomicInteger calls = new AtomicInteger();

	private volatile boolean serving = true;

	GrpcHealth() {
		try {
			this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.threads.execute(this::accept);
	}

	int port() {
		return this.server.getLocalPort();
	}

	int calls() {
		return this.calls.get();
	}

	void serving(boolean serving) {
		this.serving = serving;
	}

	private void accept() {
		try {
			while (true) {
				Socket socket = this.server.accept();
				this.sockets.add(socket);
				this.threads.execute(() -> serve(socket));
			}
		}
		catch (IOException ex) {
			// Closed.
		}
	}

	private void serve(Socket socket) {
		try (socket) {
			DataInputStream in = new DataInputStream(socket.getInputStream());
			DataOutputStream out = new DataOutputStream(socket.getOutputStream());
			in.skipNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length());
			send(out, SETTINGS, 0, 0);
			while (true) {
				int length = in.readUnsignedShort() << 8 | in.readUnsignedByte();
				int type = in.readUnsignedByte();
				int flags = in.readUnsignedByte();
				int stream = in.readInt();
				byte[] content = in.readNBytes(length);
				if (type == SETTINGS && (flags & ACKNOWLEDGED) == 0) {
					send(out, SETTINGS, ACKNOWLEDGED, 0);
				}
				else if (type == PING && (flags & ACKNOWLEDGED) == 0) {
					send(out, PING, ACKNOWLEDGED, 0, content);
				}
				else if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
					this.calls.incrementAndGet();
					answer(out, stream);
				}
			}
		}
		catch (IOException ex) {
			// The other side has ended it.
		}
		finally {
			this.sockets.remove(socket);
		}
	}

	private void answer(DataOutputStream out, int stream) throws IOException {
		ByteArrayOutputStream headers = new ByteArrayOutputStream();
		headers.write(0x88);
		headers.writeBytes(new byte[] { 0x0f, 0x10 });
		text(headers, "application/grpc");
		send(out, HEADERS, END_HEADERS, stream, headers.toByteArray());
		send(out, DATA, 0, stream, new byte[] { 0, 0, 0, 0, 2, 0x08, (byte) (this.serving ? 1 : 2) });
		ByteArrayOutputStream trailers = new ByteArrayOutputStream();
		trailers.write(0);
		text(trailers, "grpc-status");
		text(trailers, "0");
		send(out, HEADERS, END_HEADERS | END_STREAM, stream, trailers.toByteArray());
	}

	private static void text(ByteArrayOutputStream out, String text) {
		out.write(text.length());
		out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
	}

	private static void send(DataOutputStream out, int type, int flags, int stream, byte... content)
			throws IOException {
		out.writeByte(content.length >> 16);
		out.writeShort(content.length);
		out.writeByte(type);
		out.writeByte(flags);
		out.writeInt(stream);
		out.write(content);
		out.flush();
	}

	@Override
	public void close() {
		try {
			this.server.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.threads.shutdownNow();
	}

}
