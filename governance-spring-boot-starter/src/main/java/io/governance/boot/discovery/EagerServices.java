package io.governance.boot.discovery;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

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

	private final Supplier<ServiceDirectory> directory;

	private final Supplier<GovernanceDiscoveryProperties> properties;

	private final boolean configured;

	/**
	 * Creates the object.
	 * @param directory the directory, which refuses properties that it cannot use
	 * @param properties tell the services
	 * @param configured whether any of the properties is set
	 */
	EagerServices(Supplier<ServiceDirectory> directory, Supplier<GovernanceDiscoveryProperties> properties,
			boolean configured) {
		this.directory = directory;
		this.properties = properties;
		this.configured = configured;
	}

	@Override
	public void afterSingletonsInstantiated() {
		if (!this.configured) {
			return;
		}
		ServiceDirectory directory = this.directory.get();
		List<String> services = this.properties.get().eager();
		for (int i = 0; i < services.size(); i++) {
			try {
				directory.instances(services.get(i));
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
		if (!this.configured || this.properties.get().eager().isEmpty()) {
			return;
		}
		GovernanceDiscoveryProperties properties = this.properties.get();
		Set<String> unknown = this.directory.get().await(properties.eager(), properties.timeout());
		if (!unknown.isEmpty()) {
			logger.warn("The instances of services {} are not known after {} ms: starting without them", unknown,
					properties.timeout().toMillis());
		}
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

}
