package io.governance.boot.registry;

import java.net.URI;
import java.util.Map;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.serviceregistry.Registration;

import io.governance.boot.discovery.InstanceMetadata;
import io.governance.registry.Instance;

/**
 * This application's own instance as Spring Cloud sees it. The port is 0 until the web
 * server listens.
 */
public final class GovernanceRegistration implements Registration {

	private final OwnInstance own;

	GovernanceRegistration(OwnInstance own) {
		this.own = own;
	}

	/**
	 * The instance as it is announced.
	 * @return the instance
	 * @throws IllegalStateException if the port is not known yet
	 */
	public Instance instance() {
		return this.own.announced();
	}

	/**
	 * Tells that this instance takes gRPC calls. To be called before the application
	 * accepts traffic.
	 * @param port the port, which is that of the instance if there is no web server, and
	 * otherwise announced as the metadata {@value Instance#GRPC_PORT}
	 * @param secure whether that port speaks TLS
	 */
	public void servesGrpcOn(int port, boolean secure) {
		this.own.servesGrpcOn(port, secure);
	}

	@Override
	public String getInstanceId() {
		return this.own.id();
	}

	@Override
	public String getServiceId() {
		return this.own.service();
	}

	@Override
	public String getHost() {
		return this.own.host();
	}

	@Override
	public int getPort() {
		return this.own.port();
	}

	@Override
	public boolean isSecure() {
		return this.own.secure();
	}

	@Override
	public URI getUri() {
		return ServiceInstance.createUri(this);
	}

	@Override
	public Map<String, String> getMetadata() {
		return InstanceMetadata.of(this.own.described(Math.max(1, this.own.port())));
	}

}
