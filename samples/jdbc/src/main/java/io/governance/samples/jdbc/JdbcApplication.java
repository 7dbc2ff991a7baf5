package io.governance.samples.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Serves orders from a database on port 8080, over a pool whose size is config.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class JdbcApplication {

	/**
	 * Lays out the document of the service, unless it is there, and starts the service.
	 * @param arguments properties such as {@code --server.port=9090}
	 * @throws IOException if the document cannot be laid out
	 */
	public static void main(String[] arguments) throws IOException {
		Path data = Path.of(System.getProperty("jdbc.data", "data")).toAbsolutePath().normalize();
		ConfigurableApplicationContext context = start(data, arguments);
		System.out.println("""

				The service is up. Its pool is governed by %2$s. Try, in another terminal:

				  curl localhost:%1$s/orders/42      an order; it holds a connection for 50 ms
				  curl localhost:%1$s/pool           the pool as it is

				Set maximum-pool-size to 20 and save: the pool follows at once. Set it to 5: it shrinks,
				and no connection in use is dropped. Set it to 0, or add minimum-idle: 30: it is refused,
				this console says why, and the pool stays as it is. Ctrl-C ends the service.
				""".formatted(context.getEnvironment().getProperty("local.server.port"), document(data)));
	}

	static ConfigurableApplicationContext start(Path data, String... arguments) throws IOException {
		Path document = document(data);
		if (!Files.exists(document)) {
			Files.createDirectories(document.getParent());
			try (InputStream template = JdbcApplication.class.getResourceAsStream("/documents/jdbc.yaml")) {
				Files.copy(Objects.requireNonNull(template), document);
			}
		}
		String[] all = new String[arguments.length + 1];
		all[0] = "--governance.local.directory=" + data;
		System.arraycopy(arguments, 0, all, 1, arguments.length);
		return SpringApplication.run(JdbcApplication.class, all);
	}

	static Path document(Path data) {
		return data.resolve("config/default/default/jdbc.yaml");
	}

}
