package io.governance.boot.call;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import io.governance.boot.loadbalancer.OpenCall;
import io.governance.loadbalancer.Outcome;

/**
 * The body of an answer, whose end ends the call.
 */
final class HeldBody extends FilterInputStream {

	private final OpenCall call;

	private final Outcome outcome;

	HeldBody(InputStream body, OpenCall call, Outcome outcome) {
		super(body);
		this.call = call;
		this.outcome = outcome;
	}

	@Override
	public int read() throws IOException {
		try {
			return ended(this.in.read());
		}
		catch (IOException | RuntimeException ex) {
			this.call.end(Outcome.FAILURE);
			throw ex;
		}
	}

	@Override
	public int read(byte[] buffer, int offset, int length) throws IOException {
		try {
			return ended(this.in.read(buffer, offset, length));
		}
		catch (IOException | RuntimeException ex) {
			this.call.end(Outcome.FAILURE);
			throw ex;
		}
	}

	@Override
	public long skip(long count) throws IOException {
		try {
			return this.in.skip(count);
		}
		catch (IOException | RuntimeException ex) {
			this.call.end(Outcome.FAILURE);
			throw ex;
		}
	}

	@Override
	public void close() throws IOException {
		try {
			this.in.close();
		}
		finally {
			this.call.end(this.outcome);
		}
	}

	private int ended(int read) {
		if (read < 0) {
			this.call.end(this.outcome);
		}
		return read;
	}

}
