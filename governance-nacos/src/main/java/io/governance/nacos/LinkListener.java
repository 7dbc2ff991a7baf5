package io.governance.nacos;

import com.alibaba.nacos.api.remote.request.Request;

/**
 * Told about the connection and what comes through it, on threads of the client, one
 * event at a time. Must not block.
 */
interface LinkListener {

	/** There is a new connection: the server knows nothing of this client. */
	void connected();

	/** The connection is lost. */
	void lost();

	/**
	 * The server tells something.
	 * @param request what it tells
	 */
	void pushed(Request request);

}
