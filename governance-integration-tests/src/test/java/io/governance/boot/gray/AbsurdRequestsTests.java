package io.governance.boot.gray;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.governance.boot.TestFleet;
import io.governance.boot.actuate.GovernanceGrayHealthIndicator;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.LaneContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever is sent, and whatever the clock does, services on servlets and on WebFlux go
 * on to answer, in the stable lane if need be.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class AbsurdRequestsTests {

	private static final String RULES = """
			rules:
			  - {name: all, service: orders, lane: gray, match: {percentage: 100}}
			  - {name: sale, service: stock, lane: gray, match: {between: {from: 2026-06-01T10:00:00Z, to: 2026-06-01T12:00:00Z}}}
			  - {name: ramp, service: pay, lane: gray, match: {percentage: {steps: [{from: 2026-06-01T10:00:00Z, value: 100}]}}}
			  - {name: short, service: mail, lane: gray, match: {percentage: 100}, expires: 2026-06-01T11:00:00Z}
			  - {name: east, service: east, lane: gray, match: {region: [华东]}}
			  - {name: city, service: city, lane: gray, match: {cookie: {name: city, equals: 北京}}}
			""";

	private static final String NO_SUCH_ZONE = """
			rules:
			  - name: all
			    service: orders
			    lane: gray
			    match: {between: {from: "00:00", to: "24:00", zone: Mars/Olympus_Mons}}
			""";

	private static final List<String> REFUSED = List.of("400", "413", "431", "closed");

	private static final int ABSURD = 64 * 1024;

	private final Map<WebApplicationType, ConfigurableApplicationContext> services = new EnumMap<>(
			WebApplicationType.class);

	/** With the limits that servers have by themselves. */
	private final Map<WebApplicationType, ConfigurableApplicationContext> strict = new EnumMap<>(
			WebApplicationType.class);

	private TestFleet fleet;

	@BeforeAll
	void start(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.fleet.save("gray.yaml", RULES);
		TestFleet broken = new TestFleet(directory.resolve("broken"));
		broken.save("gray.yaml", NO_SUCH_ZONE);
		for (WebApplicationType type : List.of(WebApplicationType.SERVLET, WebApplicationType.REACTIVE)) {
			this.services.put(type, this.fleet.start(type, Application.class, "governance.config.cache.enabled=false",
					"server.max-http-request-header-size=512KB"));
			this.strict.put(type, broken.start(type, Application.class, "governance.config.cache.enabled=false"));
		}
	}

	@BeforeEach
	void setClocks() {
		this.services.values().forEach((service) -> clock(service).set(Instant.parse("2026-06-01T09:00:00Z")));
	}

	@AfterAll
	void stop() {
		Stream.of(this.services, this.strict)
			.flatMap((all) -> all.values().stream())
			.forEach(ConfigurableApplicationContext::close);
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void userOf64KiBIsNobody(WebApplicationType type) {
		assertThat(ask(type, "X-User-ID: " + "u".repeat(ABSURD))).isEqualTo("200 stable");
		assertThat(ask(type, "X-User-ID: ann")).isEqualTo("200 gray");
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void userWithControlCharactersIsNobodyOrTheRequestIsRefused(WebApplicationType type) {
		assertThat(ask(type, "X-User-ID: a\tb")).isEqualTo("200 stable");
		for (char control : new char[] { 0, 1, 7, 0x1b, 0x7f }) {
			assertThat(ask(type, "X-User-ID: a" + control + "b")).as("%x", (int) control).isIn("200 stable", "400");
			assertThat(ask(type, "X-User-ID: ann", "Cookie: SESSION=a" + control + "b")).as("%x", (int) control)
				.isIn("200 gray", "400");
		}
		assertThat(ask(type, "X-User-ID: ann")).isEqualTo("200 gray");
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void headersInUtf8AreWhatRulesSay(WebApplicationType type) {
		ConfigurableApplicationContext service = this.services.get(type);
		assertThat(ask(service, "east", "X-Region: " + bytes("华东"))).isEqualTo("200 gray");
		assertThat(ask(service, "east", "X-Region: " + bytes("华"))).isEqualTo("200 stable");
		assertThat(ask(service, "east", "X-Region: \u00e5")).isEqualTo("200 stable");
	}

	@Test
	void cookiesOfServletsInUtf8AreWhatRulesSay() {
		ConfigurableApplicationContext service = this.services.get(WebApplicationType.SERVLET);
		assertThat(ask(service, "city", "Cookie: city=" + bytes("北京"))).isEqualTo("200 gray");
		assertThat(ask(service, "city", "Cookie: city=" + bytes("北"))).isEqualTo("200 stable");
	}

	/** The bytes of a text in UTF-8, each as a character. */
	private static String bytes(String text) {
		return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void thousandMembersOfBaggageHideNoLaneWithinTheLengthThatIsRead(WebApplicationType type) {
		String members = members(1000, "v");
		assertThat(members).hasSizeLessThan(8000);
		assertThat(ask(type, "X-User-ID: ann", "baggage: " + members + ",governance.lane=orders%3Dblue"))
			.isEqualTo("200 blue");
		String longer = members(1000, "value-and-more");
		assertThat(ask(type, "X-User-ID: ann", "baggage: governance.lane=orders%3Dblue," + longer))
			.isEqualTo("200 gray");
		assertThat(ask(type, "X-User-ID: a\tb", "baggage: governance.lane=orders%3Dblue," + longer))
			.isEqualTo("200 stable");
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void thousandLinesOfBaggageAreReadOrRefused(WebApplicationType type) {
		String[] lines = IntStream.range(0, 1000).mapToObj((i) -> "baggage: k" + i + "=v").toArray(String[]::new);
		assertThat(ask(type, lines)).isIn("200 gray", "400");
		assertThat(ask(type, "X-User-ID: ann")).isEqualTo("200 gray");
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void lanesThatMakeNoSenseAreStable(WebApplicationType type) {
		String many = IntStream.range(0, 1000).mapToObj((i) -> "s" + i + "=gray").collect(Collectors.joining(","));
		for (String absurd : List.of("x".repeat(ABSURD), many, "orders=", "=gray", "orders=gr\u00e4y", "%00", ",,,")) {
			assertThat(ask(type, "X-User-ID: ann", "X-Governance-Lane: " + absurd)).isEqualTo("200 stable");
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void clockThatJumpsBackRevivesNothingAndTakesNobodyBack(WebApplicationType type) {
		Clock clock = clock(this.services.get(type));
		assertThat(lanes(type)).isEqualTo("stock stable, pay stable, mail gray");
		clock.set(Instant.parse("2026-06-01T10:30:00Z"));
		assertThat(lanes(type)).isEqualTo("stock gray, pay gray, mail gray");
		clock.set(Instant.parse("2026-06-01T11:30:00Z"));
		assertThat(lanes(type)).isEqualTo("stock gray, pay gray, mail stable");
		clock.set(Instant.parse("2026-06-01T09:30:00Z"));
		assertThat(lanes(type)).isEqualTo("stock stable, pay gray, mail stable");
		for (Instant absurd : List.of(Instant.EPOCH, Instant.MIN, Instant.MAX)) {
			clock.set(absurd);
			assertThat(lanes(type)).isEqualTo("stock stable, pay gray, mail stable");
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void timeZoneThatDoesNotExistLeavesEverybodyStable(WebApplicationType type) {
		ConfigurableApplicationContext service = this.strict.get(type);
		assertThat(ask(service, "orders", "X-User-ID: ann")).isEqualTo("200 stable");
		assertThat(service.getBean(GrayRulesKeeper.class).status().rejection()).contains("gray.yaml:5:57",
				"is not a known time zone");
		assertThat(service.getBean(GovernanceGrayHealthIndicator.class).health().getStatus().getCode())
			.isEqualTo("DEGRADED");
	}

	@ParameterizedTest
	@ValueSource(strings = { NO_SUCH_ZONE,
			"rules: [{name: r, service: orders, lane: gray, match: {between: " + "{from: '22:00', to: '06:00'}}}]" })
	void timeZoneThatDoesNotExistChangesNothingWhileItRuns(String rules) {
		this.fleet.save("gray.yaml", rules);
		try {
			this.services.forEach((type, service) -> {
				GrayRulesKeeper keeper = service.getBean(GrayRulesKeeper.class);
				await().atMost(Duration.ofSeconds(10)).until(() -> keeper.status().rejection() != null);
				assertThat(keeper.status().rejection()).contains("zone");
				assertThat(ask(type, "X-User-ID: ann")).isEqualTo("200 gray");
			});
		}
		finally {
			this.fleet.save("gray.yaml", RULES);
			this.services.values()
				.forEach((service) -> await().atMost(Duration.ofSeconds(10))
					.until(() -> service.getBean(GrayRulesKeeper.class).status().rejection() == null));
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void whatServersRefuseByThemselvesDoesNoHarm(WebApplicationType type) {
		ConfigurableApplicationContext service = this.strict.get(type);
		assertThat(ask(service, "orders", "X-User-ID: " + "u".repeat(ABSURD))).isIn(REFUSED);
		assertThat(ask(service, "orders", "baggage: " + members(1000, "value-and-more"))).isIn(REFUSED);
		assertThat(ask(service, "orders", "X-User-ID: ann")).isEqualTo("200 stable");
	}

	private static String members(int count, String value) {
		return IntStream.range(0, count).mapToObj((i) -> "k" + i + "=" + value).collect(Collectors.joining(","));
	}

	private String lanes(WebApplicationType type) {
		return Stream.of("stock", "pay", "mail")
			.map((service) -> service + ask(this.services.get(type), service, "X-User-ID: ann").replace("200", ""))
			.collect(Collectors.joining(", "));
	}

	private String ask(WebApplicationType type, String... headers) {
		return ask(this.services.get(type), "orders", headers);
	}

	/** No client sends such headers: the status, and the answer if it is one. */
	private static String ask(ConfigurableApplicationContext service, String callee, String... headers) {
		int port = service.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
		String request = "GET /" + callee + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
				+ String.join("\r\n", headers) + "\r\n\r\n";
		try (Socket socket = new Socket("127.0.0.1", port)) {
			socket.setSoTimeout(20_000);
			socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
			String answer = new String(read(socket.getInputStream()), StandardCharsets.ISO_8859_1);
			if (answer.isEmpty()) {
				return "closed";
			}
			String status = answer.split(" ", 3)[1].substring(0, 3);
			return status.equals("200") ? status + " " + answer.substring(answer.indexOf("\r\n\r\n") + 4) : status;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** What a server answers that then closes upon what it has not read. */
	private static byte[] read(InputStream in) throws IOException {
		ByteArrayOutputStream out = new ByteArrayOutputStream();
		try {
			in.transferTo(out);
		}
		catch (SocketException ex) {
			assertThat(ex).hasMessageContaining("reset");
		}
		return out.toByteArray();
	}

	private static Clock clock(ConfigurableApplicationContext service) {
		return service.getBean(Clock.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Clock now() {
			return new Clock();
		}

		@Bean
		GrayRulesParser parser(Clock now) {
			return new GrayRulesParser(List.of(), now);
		}

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	/** A clock that a test sets, also back. */
	static final class Clock implements InstantSource {

		private volatile Instant now = Instant.EPOCH;

		@Override
		public Instant instant() {
			return this.now;
		}

		private void set(Instant now) {
			this.now = now;
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/{service}")
		String lane(@PathVariable String service) {
			return LaneContext.current().laneFor(service).name();
		}

	}

}
