package io.governance.loadbalancer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.time.Duration;

import io.governance.registry.Instance;

/**
 * Whether an instance accepts connections.
 */
public final class TcpHealthProbe implements HealthProbe {

	@Override
	public String name() {
		return "tcp";
	}

	@Override
	public void probe(Instance instance, Duration timeout) throws IOException {
		connect(instance, timeout).close();
	}

	static Socket connect(Instance instance, Duration timeout) throws IOException {
		InetSocketAddress address = new InetSocketAddress(instance.host(), instance.port());
		if (address.isUnresolved()) {
			throw new UnknownHostException("the host is not known");
		}
		Socket socket = new Socket();
		try {
			socket.connect(address, (int) Math.max(1, Math.min(Integer.MAX_VALUE, timeout.toMillis())));
			return socket;
		}
		catch (IOException ex) {
			socket.close();
			throw ex;
		}
	}

}
