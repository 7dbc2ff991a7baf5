package io.governance.boot.loadbalancer;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Lets a gateway on servlets know whether it waits for its caller, or for the instance
 * that it passes the request on to.
 */
final class CallerBodyFilter implements Filter {

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		chain.doFilter((request instanceof HttpServletRequest http) ? new Watched(http) : request, response);
	}

	private static final class Watched extends HttpServletRequestWrapper {

		private final CallerBody caller = new CallerBody();

		private @Nullable ServletInputStream body;

		Watched(HttpServletRequest request) {
			super(request);
			request.setAttribute(CallerBody.ATTRIBUTE, this.caller);
		}

		@Override
		public ServletInputStream getInputStream() throws IOException {
			ServletInputStream body = this.body;
			if (body == null) {
				body = new WatchedStream(super.getInputStream(), this.caller);
				this.body = body;
			}
			return body;
		}

	}

	private static final class WatchedStream extends ServletInputStream {

		private final ServletInputStream stream;

		private final CallerBody caller;

		WatchedStream(ServletInputStream stream, CallerBody caller) {
			this.stream = stream;
			this.caller = caller;
		}

		@Override
		public int read() throws IOException {
			return watched(this.stream::read);
		}

		@Override
		public int read(byte[] buffer, int offset, int length) throws IOException {
			return watched(() -> this.stream.read(buffer, offset, length));
		}

		private int watched(Read read) throws IOException {
			this.caller.awaits();
			try {
				int count = read.run();
				this.caller.came();
				return count;
			}
			catch (IOException | RuntimeException ex) {
				this.caller.failed();
				throw ex;
			}
		}

		@Override
		public int available() throws IOException {
			return this.stream.available();
		}

		@Override
		public boolean isFinished() {
			return this.stream.isFinished();
		}

		@Override
		public boolean isReady() {
			return this.stream.isReady();
		}

		@Override
		public void setReadListener(ReadListener listener) {
			this.stream.setReadListener(listener);
		}

		@Override
		public void close() throws IOException {
			this.stream.close();
		}

	}

	private interface Read {

		int run() throws IOException;

	}

}
