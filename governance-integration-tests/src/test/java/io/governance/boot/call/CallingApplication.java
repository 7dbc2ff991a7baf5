package io.governance.boot.call;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.backend.Backend;
import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;
import io.governance.registry.Instance;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

import static org.awaitility.Awaitility.await;

/** An application that calls services, whose instances are what a test says. */
final class CallingApplication implements AutoCloseable {

	private static final AtomicInteger services = new AtomicInteger();

	private final ConfigurableApplicationContext context;

	private final List<FaultyServer> servers = new ArrayList<>();

	CallingApplication(Path directory, Class<?> source, String... properties) {
		List<String> all = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--test.directory=" + directory,
				"--governance.registry.enabled=false", "--governance.gray.enabled=false",
				"--governance.config.cache.enabled=false", "--spring.application.name=caller"));
		for (String property : properties) {
			String argument = "--" + property;
			String start = argument.substring(0, argument.indexOf('=') + 1);
			all.removeIf((before) -> before.startsWith(start));
			all.add(argument);
		}
		this.context = new SpringApplicationBuilder(source).web(WebApplicationType.NONE)
			.run(all.toArray(String[]::new));
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	FaultyServer server(FaultyServer.Fault fault) {
		FaultyServer server = new FaultyServer(fault);
		this.servers.add(server);
		return server;
	}

	/** A new service with instances at these ports, in this order. */
	String service(int... ports) {
		return named("service" + services.incrementAndGet(), ports);
	}

	String named(String service, int... ports) {
		List<Instance> instances = new ArrayList<>();
		for (int i = 0; i < ports.length; i++) {
			instances.add(Instance.of(service, "127.0.0.1", ports[i]).id("i" + i).build());
		}
		bean(Backend.class).registry().put(service, instances);
		bean(ServiceBalancers.class).ready(service).toCompletableFuture().join();
		await().until(() -> endpoints(service).stream()
			.map((endpoint) -> endpoint.instance().port())
			.toList()
			.equals(Arrays.stream(ports).boxed().toList()));
		return service;
	}

	InstanceStats stats(String service, String id) {
		return endpoints(service).stream()
			.filter((endpoint) -> endpoint.instance().id().equals(id))
			.findFirst()
			.orElseThrow()
			.stats();
	}

	List<Endpoint> endpoints(String service) {
		return bean(ServiceBalancers.class).balancers().get(service).endpoints();
	}

	@Override
	public void close() {
		this.context.close();
		this.servers.forEach(FaultyServer::close);
	}

	/** All kinds of clients. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(LocalBackendConfiguration.class)
	static class Clients {

		@Bean
		@LoadBalanced
		RestClient.Builder restClientBuilder() {
			return RestClient.builder().requestFactory(new JdkClientHttpRequestFactory());
		}

		@Bean
		@LoadBalanced
		RestTemplate restTemplate() {
			return new RestTemplate(new JdkClientHttpRequestFactory());
		}

		@Bean
		@LoadBalanced
		WebClient.Builder webClientBuilder() {
			return WebClient.builder();
		}

	}

}
