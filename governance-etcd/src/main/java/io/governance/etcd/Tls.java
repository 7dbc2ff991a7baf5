package io.governance.etcd;

import java.util.List;

import javax.net.ssl.SSLContext;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;

/**
 * Netty's view of a TLS context of the JDK. Each connection asks the context anew, so
 * that one which reloads its keys needs no restart. gRPC verifies the host's name.
 */
final class Tls {

	private Tls() {
	}

	static SslContext of(SSLContext context) {
		ApplicationProtocolConfig http2 = new ApplicationProtocolConfig(Protocol.ALPN,
				SelectorFailureBehavior.NO_ADVERTISE, SelectedListenerFailureBehavior.ACCEPT, List.of("h2"));
		return new JdkSslContext(context, true, null, IdentityCipherSuiteFilter.INSTANCE, http2, ClientAuth.NONE, null,
				false);
	}

}
