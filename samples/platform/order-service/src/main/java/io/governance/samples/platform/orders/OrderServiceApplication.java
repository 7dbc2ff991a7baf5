package io.governance.samples.platform.orders;

import io.governance.samples.platform.users.api.UsersGrpc;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.grpc.client.ImportGrpcClients;

/**
 * Serves orders.
 */
@SpringBootApplication(proxyBeanMethods = false)
@ImportGrpcClients(target = "user-service", types = UsersGrpc.UsersBlockingStub.class)
public class OrderServiceApplication {

	/**
	 * Starts the service.
	 * @param arguments properties such as {@code --server.port=8081}
	 */
	public static void main(String[] arguments) {
		SpringApplication.run(OrderServiceApplication.class, arguments);
	}

}
