package io.governance.loadbalancer;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.governance.registry.Instance;

/**
 * Whether an instance answers {@code GET} of a path with a status of 200 to 299. Reads
 * the status line alone, and follows no redirect. Speaks to a socket, since the JDK's
 * clients either keep threads of their own or bound each read and not the whole answer.
 */
public final class HttpHealthProbe implements HealthProbe {

	private static final int MAX_LINE = 512;

	private static final Pattern PATH = Pattern.compile("/[!-~]*");

	private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5][0-9][0-9])(?: .*)?");

	private final String path;

	private final SSLSocketFactory tls;

	private final LongSupplier ticker;

	/**
	 * Creates a probe that trusts whom the JVM trusts.
	 * @param path the path with its query, beginning with a slash
	 * @throws IllegalArgumentException if it is not a path
	 */
	public HttpHealthProbe(String path) {
		this(path, (SSLSocketFactory) SSLSocketFactory.getDefault());
	}

	/**
	 * Creates a probe.
	 * @param path the path with its query, beginning with a slash
	 * @param tls makes connections to instances that speak TLS; host names are verified
	 * @throws IllegalArgumentException if it is not a path
	 */
	public HttpHealthProbe(String path, SSLSocketFactory tls) {
		if (!PATH.matcher(path).matches()) {
			throw new IllegalArgumentException("path must begin with a slash and hold no space");
		}
		this.path = path;
		this.tls = tls;
		this.ticker = System::nanoTime;
	}

	@Override
	public String name() {
		return "http";
	}

	@Override
	public void probe(Instance instance, Duration timeout) throws IOException {
		long deadline = this.ticker.getAsLong() + timeout.toNanos();
		try (Socket plain = TcpHealthProbe.connect(instance, timeout);
				Socket socket = instance.secure() ? secured(plain, instance, deadline) : plain) {
			socket.getOutputStream().write(request(instance).getBytes(StandardCharsets.US_ASCII));
			String line = readLine(socket, deadline);
			Matcher matcher = STATUS_LINE.matcher(line);
			if (!matcher.matches()) {
				throw new IOException("the answer is not HTTP");
			}
			if (matcher.group(1).charAt(0) != '2') {
				throw new IOException("it answers with status " + matcher.group(1));
			}
		}
	}

	private Socket secured(Socket plain, Instance instance, long deadline) throws IOException {
		plain.setSoTimeout(left(deadline));
		SSLSocket socket = (SSLSocket) this.tls.createSocket(plain, instance.host(), instance.port(), true);
		SSLParameters parameters = socket.getSSLParameters();
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		socket.setSSLParameters(parameters);
		socket.startHandshake();
		return socket;
	}

	private String request(Instance instance) {
		return "GET " + this.path + " HTTP/1.1\r\nHost: " + host(instance) + ":" + instance.port()
				+ "\r\nUser-Agent: governance-health-check\r\nConnection: close\r\n\r\n";
	}

	private static String host(Instance instance) {
		boolean bareIpv6 = instance.host().indexOf(':') >= 0 && !instance.host().startsWith("[");
		return bareIpv6 ? "[" + instance.host() + "]" : instance.host();
	}

	/** Bounds the whole line, not each read: a server may send a byte now and then. */
	private String readLine(Socket socket, long deadline) throws IOException {
		InputStream in = socket.getInputStream();
		StringBuilder line = new StringBuilder();
		while (line.length() < MAX_LINE) {
			socket.setSoTimeout(left(deadline));
			int read = in.read();
			if (read < 0) {
				throw new IOException("it closes the connection without an answer");
			}
			if (read == '\n') {
				return line.toString().stripTrailing();
			}
			line.append((char) read);
		}
		throw new IOException("the answer is not HTTP");
	}

	private int left(long deadline) throws IOException {
		long millis = (deadline - this.ticker.getAsLong()) / 1_000_000;
		if (millis <= 0) {
			throw new SocketTimeoutException("it does not answer in time");
		}
		return (int) Math.min(Integer.MAX_VALUE, millis);
	}

}
