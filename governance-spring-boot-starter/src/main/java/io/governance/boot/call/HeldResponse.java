package io.governance.boot.call;

import java.io.IOException;
import java.io.InputStream;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.client.ClientHttpResponse;

import io.governance.boot.loadbalancer.OpenCall;
import io.governance.loadbalancer.Outcome;

/**
 * An answer whose call ends with its body.
 */
final class HeldResponse implements ClientHttpResponse {

	private final ClientHttpResponse response;

	private final OpenCall call;

	private final Outcome outcome;

	private @Nullable InputStream body;

	HeldResponse(ClientHttpResponse response, OpenCall call, Outcome outcome) {
		this.response = response;
		this.call = call;
		this.outcome = outcome;
	}

	/** Reads the body where that is wanted. */
	void read(ReadAhead ahead) throws IOException {
		HttpHeaders headers = getHeaders();
		if (ahead.wants(headers.getContentLength(), typeOf(headers))) {
			this.body = ahead.begin(getBody());
		}
	}

	private static @Nullable MediaType typeOf(HttpHeaders headers) {
		try {
			return headers.getContentType();
		}
		catch (InvalidMediaTypeException ex) {
			return null;
		}
	}

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		return this.response.getStatusCode();
	}

	@Override
	public String getStatusText() throws IOException {
		return this.response.getStatusText();
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.response.getHeaders();
	}

	@Override
	public InputStream getBody() throws IOException {
		if (this.body == null) {
			try {
				this.body = new HeldBody(this.response.getBody(), this.call, this.outcome);
			}
			catch (IOException ex) {
				this.call.end(Outcome.FAILURE);
				throw ex;
			}
		}
		return this.body;
	}

	@Override
	public void close() {
		try {
			this.response.close();
		}
		finally {
			this.call.end(this.outcome);
		}
	}

}
