package io.governance.testservers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

/**
 * Asks a server whether it is ready. Keeps no connection and no thread.
 */
final class HttpProbe {

	private static final int TIMEOUT_MILLIS = 2_000;

	private final @Nullable SSLContext ssl;

	private final Map<String, String> headers;

	HttpProbe(@Nullable SSLContext ssl, Map<String, String> headers) {
		this.ssl = ssl;
		this.headers = Map.copyOf(headers);
	}

	/** An answer; status 0 and the reason if there was none. */
	record Answer(int status, String body) {

	}

	Answer get(String url) {
		return send(url, null);
	}

	Answer post(String url, String form) {
		return send(url, form);
	}

	private Answer send(String url, @Nullable String form) {
		try {
			HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
			try {
				if (this.ssl != null && connection instanceof HttpsURLConnection https) {
					https.setSSLSocketFactory(this.ssl.getSocketFactory());
				}
				connection.setConnectTimeout(TIMEOUT_MILLIS);
				connection.setReadTimeout(TIMEOUT_MILLIS);
				connection.setUseCaches(false);
				connection.setRequestProperty("Connection", "close");
				this.headers.forEach(connection::setRequestProperty);
				if (form != null) {
					connection.setDoOutput(true);
					connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
					try (OutputStream body = connection.getOutputStream()) {
						body.write(form.getBytes(StandardCharsets.UTF_8));
					}
				}
				int status = connection.getResponseCode();
				try (InputStream body = (status < 400) ? connection.getInputStream() : connection.getErrorStream()) {
					return new Answer(status,
							(body != null) ? new String(body.readAllBytes(), StandardCharsets.UTF_8) : "");
				}
			}
			finally {
				connection.disconnect();
			}
		}
		catch (IOException ex) {
			return new Answer(0, String.valueOf(ex));
		}
	}

}
