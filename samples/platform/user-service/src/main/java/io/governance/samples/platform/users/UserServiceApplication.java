package io.governance.samples.platform.users;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Serves users.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class UserServiceApplication {

	/**
	 * Starts the service.
	 * @param arguments properties such as
	 * {@code --governance.registry.instance.lane=gray}
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(UserServiceApplication.class, arguments);
	}

}
