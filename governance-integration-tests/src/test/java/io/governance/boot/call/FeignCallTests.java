package io.governance.boot.call;

import java.nio.file.Path;
import java.time.Duration;

import feign.FeignException;
import feign.RetryableException;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.loadbalancer.CallRefusedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.cloud.openfeign.EnableFeignClients;
import org.springframework.cloud.openfeign.FeignClient;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/** Feign clients in front of servers that misbehave. */
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class FeignCallTests {

	@TempDir
	private static Path directory;

	private CallingApplication app;

	@BeforeAll
	void open() {
		this.app = new CallingApplication(directory, FeignApplication.class, "governance.call.try-timeout=500ms",
				"governance.call.deadline=1200ms");
	}

	@AfterAll
	void close() {
		this.app.close();
	}

	@Test
	void triesAnotherInstance() {
		FaultyServer fine = this.app.server(Fault.NONE);
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		this.app.named("feign-mixed", FaultyServer.deadPort(), busy.port(), fine.port());
		Mixed client = this.app.bean(Mixed.class);
		for (int i = 0; i < 3; i++) {
			assertThat(client.get()).isEqualTo("fine");
		}
		assertThat(busy.requests()).isNotEmpty();
		await().untilAsserted(() -> assertThat(this.app.stats("feign-mixed", "i2").succeeded()).isEqualTo(3));
		assertThat(this.app.stats("feign-mixed", "i1").failed()).isEqualTo(busy.requests().size());
		assertThat(this.app.endpoints("feign-mixed")).allMatch((endpoint) -> endpoint.stats().inFlight() == 0);
	}

	@Test
	void doesNotSendTwiceWhatMayHaveBeenCarriedOut() {
		FaultyServer closes = this.app.server(Fault.CLOSES);
		this.app.named("feign-post", closes.port());
		assertThatExceptionOfType(RetryableException.class).isThrownBy(() -> this.app.bean(Posting.class).post("body"));
		assertThat(closes.requests().stream().filter((request) -> request.startsWith("POST"))).hasSize(1);
		assertThat(this.app.stats("feign-post", "i0").failed()).isEqualTo(1);
	}

	@Test
	void deadlineHolds() {
		FaultyServer hangs = this.app.server(Fault.HANGS);
		this.app.named("feign-slow", hangs.port());
		long start = System.nanoTime();
		assertThat(catchThrowable(() -> this.app.bean(Slow.class).get())).isInstanceOf(RetryableException.class);
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(1),
				Duration.ofSeconds(10));
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(hangs.requests()).hasSizeBetween(2, 3);
	}

	@Test
	void breakerRefusesCallsToAServiceThatKeepsFailing() {
		FaultyServer broken = this.app.server(Fault.BROKEN);
		this.app.named("feign-broken", broken.port());
		Broken client = this.app.bean(Broken.class);
		for (int i = 0; i < 3; i++) {
			assertThat(catchThrowable(client::get)).isInstanceOf(FeignException.InternalServerError.class);
		}
		assertThatExceptionOfType(CallRefusedException.class).isThrownBy(client::get)
			.withMessageContaining("'feign-broken'");
		assertThat(broken.requests()).hasSize(3);
	}

	@FeignClient("feign-mixed")
	interface Mixed {

		@GetMapping("/")
		String get();

	}

	@FeignClient("feign-post")
	interface Posting {

		@PostMapping("/")
		String post(@RequestBody String body);

	}

	@FeignClient("feign-slow")
	interface Slow {

		@GetMapping("/")
		String get();

	}

	@FeignClient("feign-broken")
	interface Broken {

		@GetMapping("/")
		String get();

	}

	/** A caller by Feign. */
	@Import(CallingApplication.Clients.class)
	@EnableFeignClients(clients = { Mixed.class, Posting.class, Slow.class, Broken.class })
	static class FeignApplication {

	}

}
