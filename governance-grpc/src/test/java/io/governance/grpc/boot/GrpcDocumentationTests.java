package io.governance.grpc.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.grpc.client.GrpcChannelFactory;

import io.governance.boot.call.GovernanceCallProperties;
import io.governance.grpc.BalancedServices;
import io.governance.grpc.Echo;
import io.governance.grpc.EchoServer;
import io.governance.grpc.GovernanceChannels;
import io.governance.grpc.LaneClientInterceptor;
import io.governance.grpc.LaneMetadata;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.StaticDiscovery;

import static org.assertj.core.api.Assertions.assertThat;

/** What docs/grpc.md shows works. */
@Timeout(60)
class GrpcDocumentationTests {

	private static final Path PAGE = Path.of("..", "docs", "grpc.md");

	@Test
	void javaOfThePageIsCompiled() throws IOException {
		String compiled = squeeze(
				Files.readString(Path.of("src/test/java/io/governance/grpc/boot/GrpcDocumentationTests.java")));
		assertThat(blocks("java")).hasSize(2).allSatisfy((block) -> assertThat(compiled).contains(squeeze(block)));
	}

	@Test
	void settingsOfThePageMakeAnApplicationThatCalls(@TempDir Path directory) throws IOException {
		List<String> settings = blocks("yaml");
		assertThat(settings).hasSize(3);
		List<String> locations = new ArrayList<>();
		for (int i = 0; i < settings.size(); i++) {
			Path file = directory.resolve("page-" + i + ".yaml");
			Files.writeString(file, settings.get(i));
			locations.add(file.toUri().toString());
		}
		try (EchoServer server = new EchoServer("first");
				ConfigurableApplicationContext application = new SpringApplicationBuilder(Front.class)
					.web(WebApplicationType.NONE)
					.run("--spring.main.banner-mode=off", "--governance.backend=local",
							"--governance.local.directory=" + directory, "--governance.discovery.backends=static",
							"--governance.discovery.static.users=http://127.0.0.1:" + server.port(),
							"--spring.config.additional-location=" + String.join(",", locations))) {
			assertThat(application.getBean(UsersGrpc.UsersBlockingStub.class).getUser("7")).isEqualTo("first");
			assertThat(application.getBean(GovernanceCallProperties.class).services().get("users").methods())
				.contains("users.v1.Users/ListUsers");
			assertThat(application.getEnvironment().getProperty("governance.consul.registration.check"))
				.isEqualTo("grpc");
		}
	}

	@Test
	void worksWithoutSpring() throws InterruptedException {
		try (EchoServer server = new EchoServer("first");
				ServiceDirectory directory = new ServiceDirectory(
						new StaticDiscovery(Map.of("users", List.of(server.instance("users").build()))))) {
			BalancedServices services = new BalancedServices(directory,
					(service) -> ServiceBalancer.builder(service, new RoundRobinLoadBalancer()).zone("east"),
					Duration.ofSeconds(2));
			GovernanceChannels channels = new GovernanceChannels(services,
					List.of(new LaneClientInterceptor(LaneMetadata.HEADER)));
			ManagedChannel channel = channels
				.newChannelBuilder("governance:///users", InsecureChannelCredentials.create())
				.build();
			assertThat(Echo.call(channel, Echo.SAY, "x")).isEqualTo("first");
			channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
			services.close();
		}
	}

	private static List<String> blocks(String language) throws IOException {
		List<String> blocks = new ArrayList<>();
		Matcher matcher = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(PAGE));
		while (matcher.find()) {
			blocks.add(matcher.group(1));
		}
		return blocks;
	}

	private static String squeeze(String text) {
		return text.replaceAll("\\s+", "").trim();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Front {

		@Bean
		UsersGrpc.UsersBlockingStub users(GrpcChannelFactory channels) {
			return UsersGrpc.newBlockingStub(channels.createChannel("users"));
		}

	}

}
