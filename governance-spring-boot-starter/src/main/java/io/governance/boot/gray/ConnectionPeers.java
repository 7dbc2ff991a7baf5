package io.governance.boot.gray;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Has Tomcat tell whom a connection comes from: where it goes by forwarded headers, as it
 * does by default on Kubernetes, the address of the request is what these say.
 */
final class ConnectionPeers implements WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> {

	@Override
	public void customize(ConfigurableTomcatWebServerFactory factory) {
		factory.addEngineValves(new PeerValve());
	}

	private static final class PeerValve extends ValveBase {

		private PeerValve() {
			super(true);
		}

		@Override
		public void invoke(Request request, Response response) throws IOException, ServletException {
			request.setAttribute(LaneFilter.PEER, request.getPeerAddr());
			getNext().invoke(request, response);
		}

	}

}
