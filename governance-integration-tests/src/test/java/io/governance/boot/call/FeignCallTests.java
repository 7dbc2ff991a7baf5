package io.governance.boot.call;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import feign.FeignException;
import feign.RetryableException;
import io.governance.backend.Backend;
import io.governance.boot.call.CallObservabilityTests.Observed;
import io.governance.boot.call.CallObservabilityTests.Recorder;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.loadbalancer.CallRefusedException;
import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;
import io.governance.registry.Instance;
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
import org.springframework.web.bind.annotation.RequestHeader;

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
		this.app = new CallingApplication(directory, FeignApplication.class,
				"governance.call.services.feign-slow.try-timeout=500ms",
				"governance.call.services.feign-slow.deadline=1200ms", "governance.gray.enabled=true");
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
		await().untilAsserted(() -> assertThat(hangs.requests()).hasSizeBetween(2, 3));
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

	@Test
	void laneOfTheCallChoosesTheInstanceAndGoesWithIt() {
		FaultyServer stable = this.app.server(Fault.NONE);
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer gray = this.app.server(Fault.NONE);
		this.app.named("feign-laned", stable.port());
		this.app.bean(Backend.class)
			.registry()
			.put("feign-laned", List.of(gray("busy", busy.port()), gray("gray", gray.port())));
		await().until(() -> this.app.endpoints("feign-laned").size() == 3);
		Laned client = this.app.bean(Laned.class);
		try (GrayDecision.Scope scope = LaneContext.parse("feign-laned=gray").open()) {
			for (int i = 0; i < 4; i++) {
				assertThat(client.get("feign-laned=stable")).isEqualTo("fine");
			}
			assertThat(scope).isNotNull();
		}
		assertThat(stable.requests()).isEmpty();
		assertThat(gray.requests()).hasSize(4);
		assertThat(lanes(gray)).hasSize(4).allMatch("feign-laned=gray"::equals);
		// A further try is in the lane as well.
		assertThat(lanes(busy)).isNotEmpty().allMatch("feign-laned=gray"::equals);
		assertThat(client.get("feign-laned=gray")).isEqualTo("fine");
		assertThat(stable.requests()).hasSize(1);
		assertThat(lanes(stable)).isEmpty();
	}

	private static Instance gray(String id, int port) {
		return Instance.of("feign-laned", "127.0.0.1", port).id(id).lane("gray").build();
	}

	private static List<String> lanes(FaultyServer server) {
		return server.headers()
			.stream()
			.filter((header) -> header.toLowerCase(Locale.ROOT).startsWith("x-governance-lane:"))
			.map((header) -> header.substring(header.indexOf(':') + 1).trim())
			.toList();
	}

	@Test
	void observationOfFeignTellsInstanceLaneAndTries() {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer fine = this.app.server(Fault.NONE);
		this.app.named("feign-seen", busy.port(), fine.port());
		List<CallObservabilityTests.Seen> all = this.app.bean(Recorder.class).seen;
		int before = all.size();
		for (int i = 0; i < 2; i++) {
			assertThat(this.app.bean(Seen.class).get()).isEqualTo("fine");
		}
		List<CallObservabilityTests.Seen> seen = all.subList(before, all.size());
		assertThat(seen).hasSize(2)
			.allMatch((call) -> call.keys().get("governance.instance").equals("i1"))
			.allMatch((call) -> call.name().equals("http.client.requests"))
			.allMatch((call) -> call.keys().get("governance.lane").equals("stable"))
			.anyMatch((call) -> call.keys().get("governance.tries").equals("2") && call.events()
				.equals(List.of("governance.retry: try 2 at i1, since the one before was answered with a status that is"
						+ " tried again")));
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

	@FeignClient("feign-laned")
	interface Laned {

		@GetMapping("/")
		String get(@RequestHeader("X-Governance-Lane") String own);

	}

	@FeignClient("feign-seen")
	interface Seen {

		@GetMapping("/")
		String get();

	}

	/** A caller by Feign. */
	@Import(Observed.class)
	@EnableFeignClients(clients = { Mixed.class, Posting.class, Slow.class, Broken.class, Laned.class, Seen.class })
	static class FeignApplication {

	}

}
