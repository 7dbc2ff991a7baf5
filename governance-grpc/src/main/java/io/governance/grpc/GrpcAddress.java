package io.governance.grpc;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

import io.governance.registry.Instance;

/**
 * Where an instance takes gRPC calls.
 *
 * @param host its host name or IP address
 * @param port its port
 */
record GrpcAddress(String host, int port) {

	private static final Pattern LITERAL = Pattern.compile("[0-9.]+|.*:.*");

	static GrpcAddress of(Instance instance) {
		return new GrpcAddress(instance.host(), instance.grpcPort());
	}

	/** Whether nobody has to be asked for the address. */
	boolean isLiteral() {
		return LITERAL.matcher(this.host).matches();
	}

	/**
	 * The address. Blocks for a host name.
	 * @return the address; unresolved, so that a connection to it fails, if there is none
	 */
	InetSocketAddress resolve() {
		try {
			return new InetSocketAddress(InetAddress.getByName(this.host), this.port);
		}
		catch (UnknownHostException ex) {
			return InetSocketAddress.createUnresolved(this.host, this.port);
		}
	}

}
