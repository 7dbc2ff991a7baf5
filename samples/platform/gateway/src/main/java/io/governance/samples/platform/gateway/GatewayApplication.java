package io.governance.samples.platform.gateway;

import io.governance.samples.platform.users.api.UsersGrpc;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.grpc.client.ImportGrpcClients;
import org.springframework.web.service.registry.ImportHttpServices;

/**
 * Lets the world in.
 */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@ImportGrpcClients(target = "user-service", types = UsersGrpc.UsersBlockingStub.class)
@ImportHttpServices(group = "order-service", types = Orders.class)
public class GatewayApplication {

	/**
	 * Starts the gateway.
	 * @param arguments properties such as {@code --server.port=8080}
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(GatewayApplication.class, arguments);
	}

}
