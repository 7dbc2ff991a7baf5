package io.governance.boot.fleet;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** Web applications on one local backend, each in a context of its own in this JVM. */
final class Services implements AutoCloseable {

	/**
	 * Its jar stays where it is, so that its list of auto-configurations is still read.
	 */
	private static final String GATEWAY_REDIS = "org.springframework.cloud.gateway.config.GatewayRedisAutoConfiguration";

	private static final String SPRING_CLOUD_LOADBALANCER = Stream
		.of("config.LoadBalancerAutoConfiguration", "config.BlockingLoadBalancerClientAutoConfiguration",
				"config.LoadBalancerCacheAutoConfiguration", "config.LoadBalancerStatsAutoConfiguration",
				"security.OAuth2LoadBalancerClientAutoConfiguration")
		.map((name) -> "org.springframework.cloud.loadbalancer." + name)
		.collect(Collectors.joining(","));

	private final Path directory;

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	Services(Path directory) {
		this.directory = directory;
	}

	ConfigurableApplicationContext orders(String id, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("governance.registry.instance.id=" + id);
		return start("orders", OrdersApplication.class, WebApplicationType.SERVLET, new ClassLoader[0], all);
	}

	ConfigurableApplicationContext front(Kind kind, String... properties) {
		return start("front",
				(kind.type == WebApplicationType.SERVLET) ? FrontApplication.class : ReactiveFrontApplication.class,
				kind.type, kind.classLoaders(), List.of(properties));
	}

	private ConfigurableApplicationContext start(String name, Class<?> source, WebApplicationType type,
			ClassLoader[] classLoader, List<String> properties) {
		SpringApplication application = new SpringApplication(source);
		if (classLoader.length > 0) {
			application.setResourceLoader(new DefaultResourceLoader(classLoader[0]));
		}
		application.setWebApplicationType(type);
		Map<String, String> arguments = new LinkedHashMap<>();
		arguments.put("spring.application.name", name);
		arguments.put("server.port", "0");
		arguments.put("server.shutdown", "immediate");
		arguments.put("spring.jmx.enabled", "false");
		arguments.put("spring.main.banner-mode", "off");
		arguments.put("governance.registry.drain.min-time", "50ms");
		arguments.put("governance.discovery.timeout", "20s");
		arguments.put("test.directory", this.directory.toString());
		if (classLoader.length > 0) {
			// In the place of what application.yml excludes.
			arguments.put("spring.autoconfigure.exclude", SPRING_CLOUD_LOADBALANCER + "," + GATEWAY_REDIS);
		}
		properties.forEach((property) -> arguments.put(property.split("=", 2)[0], property.split("=", 2)[1]));
		ConfigurableApplicationContext context = application.run(arguments.entrySet()
			.stream()
			.map((argument) -> "--" + argument.getKey() + "=" + argument.getValue())
			.toArray(String[]::new));
		this.contexts.add(context);
		return context;
	}

	static String url(ConfigurableApplicationContext context, String path) {
		return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + path;
	}

	@Override
	public void close() {
		for (int i = this.contexts.size() - 1; i >= 0; i--) {
			this.contexts.get(i).close();
		}
	}

	/** How the caller is built. */
	enum Kind {

		SERVLET(WebApplicationType.SERVLET, false),

		SERVLET_WITH_SPRING_CLOUD_LOADBALANCER(WebApplicationType.SERVLET, true),

		REACTIVE(WebApplicationType.REACTIVE, false),

		REACTIVE_WITH_SPRING_CLOUD_LOADBALANCER(WebApplicationType.REACTIVE, true);

		private final WebApplicationType type;

		private final boolean springCloudLoadBalancer;

		Kind(WebApplicationType type, boolean springCloudLoadBalancer) {
			this.type = type;
			this.springCloudLoadBalancer = springCloudLoadBalancer;
		}

		boolean springCloudLoadBalancer() {
			return this.springCloudLoadBalancer;
		}

		private ClassLoader[] classLoaders() {
			return this.springCloudLoadBalancer ? new ClassLoader[0]
					: new ClassLoader[] { new FilteredClassLoader("org.springframework.cloud.loadbalancer") };
		}

	}

	/** The service that is called. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ LocalBackendConfiguration.class, Clients.class })
	static class OrdersApplication {

		@RestController
		static class OrdersController {

			private final String id;

			private final RestClient.Builder next;

			OrdersController(Environment environment, RestClient.Builder next) {
				this.next = next;
				this.id = environment.getRequiredProperty("governance.registry.instance.id");
			}

			@GetMapping("/whoami")
			String whoami() {
				return this.id;
			}

			/** Its own call goes on in the lane that it came in. */
			@GetMapping("/next")
			String next() {
				return this.next.build().get().uri("http://orders/whoami").retrieve().body(String.class);
			}

			@GetMapping("/lane")
			String lane(@RequestHeader(name = "X-Governance-Lane", defaultValue = "none") String lane) {
				return lane;
			}

		}

	}

	/** What both callers have. */
	static class Clients {

		@Bean
		@LoadBalanced
		RestClient.Builder restClientBuilder() {
			return RestClient.builder();
		}

		@Bean
		@LoadBalanced
		RestTemplate restTemplate() {
			return new RestTemplate();
		}

		@Bean
		@LoadBalanced
		WebClient.Builder webClientBuilder() {
			return WebClient.builder();
		}

	}

	/** A caller on servlets. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ LocalBackendConfiguration.class, Clients.class })
	static class FrontApplication {

		@RestController
		static class FrontController {

			private final RestClient.Builder restClient;

			private final RestTemplate restTemplate;

			private final WebClient.Builder webClient;

			FrontController(RestClient.Builder restClient, RestTemplate restTemplate, WebClient.Builder webClient) {
				this.restClient = restClient;
				this.restTemplate = restTemplate;
				this.webClient = webClient;
			}

			@GetMapping("/restclient")
			String restClient(String path) {
				return this.restClient.build().get().uri("http://orders/" + path).retrieve().body(String.class);
			}

			@GetMapping("/resttemplate")
			String restTemplate(String path) {
				return this.restTemplate.getForObject("http://orders/" + path, String.class);
			}

			@GetMapping("/webclient")
			Mono<String> webClient(String path) {
				return this.webClient.build().get().uri("http://orders/" + path).retrieve().bodyToMono(String.class);
			}

		}

	}

	/** A caller on WebFlux. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ LocalBackendConfiguration.class, Clients.class })
	static class ReactiveFrontApplication {

		@RestController
		static class ReactiveFrontController {

			private final WebClient.Builder webClient;

			ReactiveFrontController(WebClient.Builder webClient) {
				this.webClient = webClient;
			}

			@GetMapping("/webclient")
			Mono<String> webClient(String path) {
				return this.webClient.build().get().uri("http://orders/" + path).retrieve().bodyToMono(String.class);
			}

		}

	}

}
