package io.governance.boot.discovery;

import java.util.List;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.core.Ordered;

import io.governance.boot.InvalidSettingException;
import io.governance.registry.ServiceDirectory;

/**
 * Has the services known that are to be known from the start: watches them when all beans
 * are there, and waits for their lists, for a bounded time, before the application tells
 * that it is ready.
 */
final class EagerServices implements SmartInitializingSingleton, ApplicationRunner, Ordered {

	private static final Logger logger = LoggerFactory.getLogger(EagerServices.class);

	private final ServiceDirectory directory;

	private final GovernanceDiscoveryProperties properties;

	EagerServices(ServiceDirectory directory, GovernanceDiscoveryProperties properties) {
		this.directory = directory;
		this.properties = properties;
	}

	@Override
	public void afterSingletonsInstantiated() {
		List<String> services = this.properties.eager();
		for (int i = 0; i < services.size(); i++) {
			try {
				this.directory.instances(services.get(i));
			}
			catch (IllegalArgumentException ex) {
				String property = "governance.discovery.eager[" + i + "]";
				throw new InvalidSettingException(property, String.valueOf(ex.getMessage()),
						"Set " + property + " to the name of a service", ex);
			}
		}
	}

	@Override
	public void run(ApplicationArguments args) {
		if (this.properties.eager().isEmpty()) {
			return;
		}
		Set<String> unknown = this.directory.await(this.properties.eager(), this.properties.timeout());
		if (!unknown.isEmpty()) {
			logger.warn("The instances of services {} are not known after {} ms: starting without them", unknown,
					this.properties.timeout().toMillis());
		}
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
