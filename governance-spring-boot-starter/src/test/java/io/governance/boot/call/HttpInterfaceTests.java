package io.governance.boot.call;

import java.nio.file.Path;

import io.governance.boot.call.CallingApplication.Clients;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.loadbalancer.NoInstanceException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.annotation.Import;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.invoker.HttpExchangeAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** HTTP interface clients, which are called by service name like any others. */
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class HttpInterfaceTests {

	@TempDir
	private static Path directory;

	private CallingApplication app;

	@BeforeAll
	void open() {
		this.app = new CallingApplication(directory, HttpClients.class);
	}

	@AfterAll
	void close() {
		this.app.close();
	}

	@Test
	void groupOfClientsIsTheServiceThatItIsNamedAfter() {
		Greeting client = this.app.bean(Greeting.class);
		assertThatExceptionOfType(NoInstanceException.class).isThrownBy(client::greet)
			.withMessageContaining("'greeting'");
		FaultyServer fine = this.app.server(Fault.NONE);
		this.app.named("greeting", FaultyServer.deadPort(), fine.port());
		for (int i = 0; i < 2; i++) {
			assertThat(client.greet()).isEqualTo("fine");
		}
		assertThat(this.app.stats("greeting", "i1").succeeded()).isEqualTo(2);
		assertThat(this.app.stats("greeting", "i0").failed()).isPositive();
	}

	@Test
	void clientsOverBuildersTryAnotherInstance() {
		FaultyServer fine = this.app.server(Fault.NONE);
		String service = this.app.service(FaultyServer.deadPort(), fine.port());
		String url = "http://" + service;
		for (HttpExchangeAdapter adapter : new HttpExchangeAdapter[] {
				RestClientAdapter.create(this.app.bean(RestClient.Builder.class).clone().baseUrl(url).build()),
				WebClientAdapter.create(this.app.bean(WebClient.Builder.class).clone().baseUrl(url).build()) }) {
			Greeting client = HttpServiceProxyFactory.builderFor(adapter).build().createClient(Greeting.class);
			for (int i = 0; i < 2; i++) {
				assertThat(client.greet()).isEqualTo("fine");
			}
		}
		assertThat(fine.requests()).hasSize(4);
	}

	interface Greeting {

		@GetExchange("/")
		String greet();

	}

	@Import(Clients.class)
	@ImportHttpServices(group = "greeting", types = Greeting.class)
	static class HttpClients {

	}

}
