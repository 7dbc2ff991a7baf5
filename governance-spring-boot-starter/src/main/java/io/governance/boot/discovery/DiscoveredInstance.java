package io.governance.boot.discovery;

import java.net.URI;
import java.util.Map;

import org.springframework.cloud.client.ServiceInstance;

import io.governance.registry.Instance;

/**
 * An instance as Spring Cloud sees it. Immutable.
 *
 * @param instance the instance
 */
public record DiscoveredInstance(Instance instance) implements ServiceInstance {

	@Override
	public String getInstanceId() {
		return this.instance.id();
	}

	@Override
	public String getServiceId() {
		return this.instance.service();
	}

	@Override
	public String getHost() {
		return InstanceMetadata.uriHost(this.instance);
	}

	@Override
	public int getPort() {
		return this.instance.port();
	}

	@Override
	public boolean isSecure() {
		return this.instance.secure();
	}

	@Override
	public URI getUri() {
		return ServiceInstance.createUri(this);
	}

	@Override
	public Map<String, String> getMetadata() {
		return InstanceMetadata.of(this.instance);
	}

}
