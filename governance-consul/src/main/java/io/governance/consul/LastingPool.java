package io.governance.consul;

import java.util.concurrent.TimeUnit;

import org.apache.http.config.Registry;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;

/**
 * Connections that are there until their owner ends them: HttpClient itself would shut
 * the pool down for good after any {@link Error} in any request (HTTPCLIENT-1924).
 */
final class LastingPool extends PoolingHttpClientConnectionManager {

	private volatile boolean ended;

	/**
	 * Creates a pool.
	 * @param sockets makes connections
	 * @param most how many to one server; twice as many to all
	 */
	LastingPool(Registry<ConnectionSocketFactory> sockets, int most) {
		super(sockets, null, null, null, 5, TimeUnit.MINUTES);
		setDefaultMaxPerRoute(most);
		setMaxTotal(most * 2);
	}

	/** Does nothing until the pool is ended. */
	@Override
	public void shutdown() {
		if (this.ended) {
			super.shutdown();
		}
	}

	/** Closes all connections. */
	void end() {
		this.ended = true;
		super.shutdown();
	}

}
