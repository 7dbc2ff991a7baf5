package io.governance.grpc.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import io.governance.gray.LaneContext;
import io.governance.grpc.Echo;

/**
 * Applications of one directory of the local backend: {@code edge} (HTTP) calls
 * {@code users} (gRPC), which calls {@code stock} (HTTP).
 */
final class GrpcFleet implements AutoCloseable {

	private final Path directory;

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	GrpcFleet(Path directory) {
		this.directory = directory;
	}

	/** Publishes rules. */
	void rules(String text) {
		try {
			Path target = this.directory.resolve("config/default/default/gray.yaml");
			Files.createDirectories(target.getParent());
			Path aside = Files.createTempFile(target.getParent(), ".save", ".tmp");
			Files.writeString(aside, text);
			Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	ConfigurableApplicationContext users(String id, String... properties) {
		return start("users", id, WebApplicationType.NONE, Users.class, properties);
	}

	ConfigurableApplicationContext stock(String id, String... properties) {
		return start("stock", id, WebApplicationType.SERVLET, Stock.class, properties);
	}

	ConfigurableApplicationContext edge(String id, String... properties) {
		return start("edge", id, WebApplicationType.SERVLET, Edge.class, properties);
	}

	ConfigurableApplicationContext start(String service, String id, WebApplicationType type, Class<?> source,
			String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--governance.backend=local",
				"--server.port=0", "--spring.grpc.server.port=0", "--spring.application.name=" + service,
				"--governance.registry.instance.id=" + id, "--governance.local.directory=" + this.directory,
				"--governance.local.lease=30s", "--governance.config.cache.enabled=false",
				"--governance.discovery.cache.enabled=false",
				"--spring.grpc.client.channel.people.target=governance:///users"));
		for (String property : properties) {
			arguments
				.removeIf((argument) -> argument.startsWith("--" + property.substring(0, property.indexOf('=') + 1)));
			arguments.add("--" + property);
		}
		ConfigurableApplicationContext context = new SpringApplicationBuilder(source).web(type)
			.run(arguments.toArray(String[]::new));
		this.contexts.add(context);
		return context;
	}

	@Override
	public void close() {
		for (int i = this.contexts.size() - 1; i >= 0; i--) {
			this.contexts.get(i).close();
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Users {

		@Bean
		@LoadBalanced
		RestClient.Builder clients() {
			return RestClient.builder();
		}

		@Bean
		BindableService echo(@Value("${governance.registry.instance.id}") String id, RestClient.Builder clients) {
			RestClient client = clients.build();
			return () -> ServerServiceDefinition.builder(Echo.SERVICE)
				.addMethod(Echo.SAY, ServerCalls.asyncUnaryCall((text, observer) -> answer(observer, id)))
				.addMethod(Echo.LOOK,
						ServerCalls.asyncUnaryCall((text, observer) -> answer(observer,
								id + " " + client.get().uri("http://stock/").retrieve().body(String.class))))
				.build();
		}

		private static void answer(StreamObserver<String> observer, String text) {
			observer.onNext(text + " " + LaneContext.current());
			observer.onCompleted();
		}

	}

	@RestController
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Stock {

		private final String id;

		private final boolean hangs;

		Stock(@Value("${governance.registry.instance.id}") String id, @Value("${test.hangs:false}") boolean hangs) {
			this.id = id;
			this.hangs = hangs;
		}

		@GetMapping("/")
		String get() throws InterruptedException {
			if (this.hangs) {
				// Nobody counts down.
				new CountDownLatch(1).await(20, TimeUnit.SECONDS);
			}
			return this.id + " " + LaneContext.current();
		}

	}

	@RestController
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Edge {

		private final GrpcChannelFactory channels;

		Edge(GrpcChannelFactory channels) {
			this.channels = channels;
		}

		@GetMapping("/")
		String get() {
			return Echo.call(this.channels.createChannel("people"), Echo.LOOK, "x");
		}

	}

}
