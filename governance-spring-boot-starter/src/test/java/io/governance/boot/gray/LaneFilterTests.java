package io.governance.boot.gray;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.gray.GrayContext;
import io.governance.gray.GrayDecision;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.GrayStrategy;
import io.governance.gray.GrayStrategyFactory;
import io.governance.gray.LaneContext;
import io.governance.gray.RulesNode;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ForwardedHeaderFilter;

import static org.assertj.core.api.Assertions.assertThat;

class LaneFilterTests {

	private final MockHttpServletRequest request = new MockHttpServletRequest("GET", "/shop/cart");

	private LaneContext lanes = LaneContext.STABLE;

	@Test
	void theUserIsWhoTheHeaderSaysElseTheAddress() throws Exception {
		this.request.setRemoteAddr("203.0.113.9");
		assertThat(seen().userId()).isEqualTo("203.0.113.9");
		assertThat(seen("governance.gray.anonymous", "none").userId()).isNull();
		this.request.addHeader("X-User-ID", "alice");
		assertThat(seen().userId()).isEqualTo("alice");
		assertThat(seen("governance.gray.user-header", "Who").userId()).isEqualTo("203.0.113.9");
	}

	@ParameterizedTest
	@CsvSource({ "0:0:0:0:0:0:0:1, ::1", "fe80:0:0:0:0:0:0:1%eth0, fe80::1", "::ffff:203.0.113.9, 203.0.113.9",
			"2001:DB8::1, 2001:db8::1", "[2001:db8:0:0:0:0:0:1], 2001:db8::1", "[fe80:0:0:0:0:0:0:1%eth0], fe80::1",
			"somewhere, somewhere" })
	void anAddressIsWrittenInOneWay(String peer, String user) throws Exception {
		this.request.setRemoteAddr(peer);
		assertThat(seen("governance.gray.trusted-proxies", "10.0.0.0/8").userId()).isEqualTo(user);
	}

	@Test
	void anAbsurdUserIsNobody() throws Exception {
		for (String user : List.of("a".repeat(65_536), "a".repeat(1025), "a\u0000b", "a\tb", "a\r\nb", "\u007f")) {
			this.request.removeHeader("X-User-ID");
			this.request.addHeader("X-User-ID", user);
			assertThat(seen().userId()).isNull();
		}
		this.request.removeHeader("X-User-ID");
		this.request.addHeader("X-User-ID", "a".repeat(1024));
		assertThat(seen().userId()).hasSize(1024);
	}

	@ParameterizedTest
	@ValueSource(strings = { "zoë", "用户", "🙂" })
	void usersInUtf8AreWhatTheyAreInOtherLanguages(String user) throws Exception {
		this.request.addHeader("X-User-ID",
				new String(user.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
		assertThat(seen().userId()).isEqualTo(user);
		this.request.removeHeader("X-User-ID");
		this.request.addHeader("X-User-ID", "zo\u00eb");
		assertThat(seen().userId()).isEqualTo("zo\u00eb");
	}

	@ParameterizedTest
	@ValueSource(strings = { "zoë", "华东", "🙂" })
	void headersInUtf8AreWhatRulesSay(String text) throws Exception {
		this.request.addHeader("X-Region",
				new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
		this.request.addHeader("X-Latin", "zo\u00eb");
		this.request.addHeader("X-Plain", "cn-east\t");
		assertThat(seen().header("X-Region")).isEqualTo(text);
		assertThat(seen().header("X-Latin")).isEqualTo("zo\u00eb");
		assertThat(seen().header("X-Plain")).isEqualTo("cn-east\t");
	}

	@Test
	void textIsReadAsUtf8OnceAlone() throws Exception {
		String twice = "\u00c3\u00a9";
		this.request.addHeader("X-User-ID",
				new String(twice.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
		this.request.setCookies(new Cookie("SESSION", twice));
		assertThat(seen().userId()).isEqualTo(twice);
		assertThat(seen().sessionId()).isEqualTo(twice);
	}

	@Test
	void knowsTheRest() throws Exception {
		this.request.setQueryString("a=1&b=%C3%A9+x&c&bad=%zz&a=2");
		this.request.setCookies(new Cookie("JSESSIONID", "s1"), new Cookie("theme", "dark"));
		this.request.addHeader("X-Version", "1.2");
		GrayContext context = seen();
		assertThat(context.path()).isEqualTo("/shop/cart");
		assertThat(context.method()).isEqualTo("GET");
		assertThat(context.query("a")).isEqualTo("1");
		assertThat(context.query("b")).isEqualTo("é x");
		assertThat(context.query("c")).isEmpty();
		assertThat(context.query("bad")).isNull();
		assertThat(context.query("d")).isNull();
		assertThat(context.cookie("theme")).isEqualTo("dark");
		assertThat(context.cookie("none")).isNull();
		assertThat(context.sessionId()).isEqualTo("s1");
		assertThat(seen("governance.gray.session-cookies", "x,theme").sessionId()).isEqualTo("dark");
		assertThat(context.header("x-version")).isEqualTo("1.2");
		assertThat(context.claim("sub")).isNull();
	}

	@Test
	void claimsComeFromTheBean() throws Exception {
		this.request.setUserPrincipal(() -> "alice");
		GrayClaims claims = (source, name) -> (source.principal() != null) ? name + "-" + source.principal().getName()
				: null;
		assertThat(seen(claims, Map.of()).claim("sub")).isEqualTo("sub-alice");
	}

	@Test
	@DisplayName("FAULTS (c) 8: the address is what trusted proxies say")
	void readsTheAddressFromTrustedProxiesOnly() throws Exception {
		this.request.addHeader("X-Forwarded-For", "6.6.6.6, 203.0.113.7");
		this.request.setRemoteAddr("127.0.0.1");
		assertThat(seen().address()).isEqualTo("203.0.113.7");
		assertThat(seen("governance.gray.trusted-proxies", "10.0.0.0/8").address()).isEqualTo("127.0.0.1");
		this.request.setRemoteAddr("198.51.100.1");
		assertThat(seen().address()).isEqualTo("198.51.100.1");
	}

	@Test
	@DisplayName("FAULTS (c) 8: what a filter makes of forwarded headers is no peer to trust")
	void trustsTheConnectionAndNotWhatFiltersMakeOfIt() throws Exception {
		this.request.setRemoteAddr("198.51.100.1");
		this.request.addHeader("X-Forwarded-For", "127.0.0.1");
		this.request.addHeader("X-Governance-Lane", "gray");
		AtomicReference<LaneContext> lanes = new AtomicReference<>();
		LaneFilter filter = filter(GrayRules.NONE, null, Map.of());
		new ForwardedHeaderFilter().doFilter(this.request, new MockHttpServletResponse(), (request, response) -> filter
			.doFilter(request, response, (last, ignored) -> lanes.set(LaneContext.current())));
		assertThat(lanes.get().isStable()).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "X-Governance-Lane|orders=gray", "baggage|governance.lane=orders%3Dgray",
					"baggage|a=b,governance.lane=orders%3Dgray;x=y" })
	@DisplayName("FAULTS (c) 8: lanes are told by trusted peers alone")
	void lanesAreToldByTrustedPeersAlone(String header, String value) throws Exception {
		this.request.addHeader(header, value);
		HttpServletRequest trusted = pass(GrayRules.NONE, Map.of());
		assertThat(this.lanes.laneFor("orders").name()).isEqualTo("gray");
		assertThat(trusted).isSameAs(this.request);

		this.request.clearAttributes();
		HttpServletRequest shown = pass(GrayRules.NONE, Map.of("governance.gray.trusted-peers", "10.0.0.0/8"));
		assertThat(this.lanes).isSameAs(LaneContext.STABLE);
		assertThat(shown.getHeader("x-governance-lane")).isNull();
		assertThat(Collections.list(shown.getHeaders("X-Governance-Lane"))).isEmpty();
		String left = value.contains("a=b") ? "a=b" : null;
		assertThat(shown.getHeader("Baggage")).isEqualTo(left);
		assertThat(Collections.list(shown.getHeaderNames())).hasSize((left != null) ? 1 : 0);
	}

	@Test
	@DisplayName("FAULTS (c) 8: Jetty writes addresses of IPv6 in brackets")
	void peersAndProxiesInBracketsAreTrustedAsAllOthers() throws Exception {
		this.request.setRemoteAddr("[2001:db8:0:0:0:0:0:1]");
		this.request.addHeader("X-Governance-Lane", "orders=gray");
		this.request.addHeader("X-Forwarded-For", "203.0.113.7");
		HttpServletRequest shown = pass(GrayRules.NONE, Map.of("governance.gray.trusted-peers", "2001:db8::/32"));
		assertThat(this.lanes.toHeader()).isEqualTo("orders=gray");
		assertThat(shown).isSameAs(this.request);
		assertThat(seen("governance.gray.trusted-proxies", "2001:db8::/32").address()).isEqualTo("203.0.113.7");
		this.request.clearAttributes();
		pass(GrayRules.NONE, Map.of("governance.gray.trusted-peers", "2001:db9::/32"));
		assertThat(this.lanes).isSameAs(LaneContext.STABLE);
	}

	@Test
	void theHeaderGoesBeforeBaggageAndBothCanBeSwitchedOff() throws Exception {
		this.request.addHeader("X-Governance-Lane", "gray");
		this.request.addHeader("baggage", "governance.lane=blue");
		pass(GrayRules.NONE, Map.of());
		assertThat(this.lanes.toHeader()).isEqualTo("gray");
		this.request.clearAttributes();
		pass(GrayRules.NONE, Map.of("governance.gray.carriers", "baggage"));
		assertThat(this.lanes.toHeader()).isEqualTo("blue");
		this.request.clearAttributes();
		pass(GrayRules.NONE, Map.of("governance.gray.carriers", ""));
		assertThat(this.lanes).isSameAs(LaneContext.STABLE);
	}

	@Test
	void linesOfAHeaderAreOneList() throws Exception {
		this.request.addHeader("X-Governance-Lane", "orders=gray");
		this.request.addHeader("x-governance-lane", "stock=blue");
		pass(GrayRules.NONE, Map.of());
		assertThat(this.lanes.toHeader()).isEqualTo("orders=gray,stock=blue");

		this.request.clearAttributes();
		this.request.addHeader("X-Governance-Lane", "orders=blue");
		pass(GrayRules.NONE, Map.of());
		assertThat(this.lanes.isStable()).isTrue();
	}

	@Test
	@DisplayName("FAULTS (c) 8: whatever way the application asks for a header")
	void spoofedHeadersAreNotReadAsNumbersOrDatesEither() throws Exception {
		this.request.setRemoteAddr("198.51.100.1");
		this.request.addHeader("X-Governance-Lane", "7");
		this.request.addHeader("X-Other", "8");
		HttpServletRequest shown = pass(GrayRules.NONE, Map.of());
		assertThat(shown.getIntHeader("x-governance-lane")).isEqualTo(-1);
		assertThat(shown.getDateHeader("X-Governance-Lane")).isEqualTo(-1);
		assertThat(shown.getIntHeader("X-Other")).isEqualTo(8);
	}

	@Test
	void whereRulesDecideNobodyBehindDecidesAnew() throws Exception {
		GrayRules rules = rules("{service: orders, lane: gray, match: {users: [alice, 127.0.0.1]}}");
		this.request.addHeader("X-User-ID", "bob");
		pass(rules, Map.of());
		assertThat(this.lanes).isSameAs(LaneContext.DECIDED_STABLE);

		MockHttpServletRequest behind = new MockHttpServletRequest();
		behind.addHeader("X-Governance-Lane", this.lanes.toHeader());
		pass(behind, rules, Map.of());
		assertThat(this.lanes).isSameAs(LaneContext.DECIDED_STABLE);
	}

	@Test
	void absurdHeadersLeaveTheRequestInTheStableLane() throws Exception {
		GrayRules rules = rules("{service: orders, lane: gray, match: {any: [{users: [x]}, {percentage: 100}]}}");
		this.request.addHeader("X-User-ID", "u".repeat(65_536));
		this.request.addHeader("X-Governance-Lane", "x".repeat(65_536));
		this.request.addHeader("baggage",
				IntStream.range(0, 1000).mapToObj((i) -> "k" + i + "=\u0001").collect(Collectors.joining(",")));
		pass(rules, Map.of("governance.gray.trusted-peers", "10.0.0.0/8"));
		assertThat(this.lanes.isStable()).isTrue();
		this.request.clearAttributes();
		pass(rules, Map.of());
		assertThat(this.lanes.isStable()).isTrue();
	}

	@Test
	void decidesOnceForAllDispatchesOfARequest() throws Exception {
		GrayRules rules = rules("{service: orders, lane: gray, match: {users: [alice]}}");
		this.request.addHeader("X-User-ID", "alice");
		pass(rules, Map.of());
		this.request.removeHeader("X-User-ID");
		pass(rules, Map.of());
		assertThat(this.lanes.toHeader()).isEqualTo("orders=gray");
		assertThat(GrayDecision.current()).isSameAs(GrayDecision.STABLE);
	}

	private HttpServletRequest pass(GrayRules rules, Map<String, String> properties) throws Exception {
		return pass(this.request, rules, properties);
	}

	private HttpServletRequest pass(MockHttpServletRequest received, GrayRules rules, Map<String, String> properties)
			throws Exception {
		AtomicReference<HttpServletRequest> shown = new AtomicReference<>();
		filter(rules, null, properties).doFilter(received, new MockHttpServletResponse(), (request, response) -> {
			this.lanes = LaneContext.current();
			shown.set((HttpServletRequest) request);
		});
		return shown.get();
	}

	private GrayContext seen(String... property) throws Exception {
		return seen(null, (property.length > 0) ? Map.of(property[0], property[1]) : Map.of());
	}

	/** What rules see of the request. */
	private GrayContext seen(GrayClaims claims, Map<String, String> properties) throws Exception {
		AtomicReference<GrayContext> seen = new AtomicReference<>();
		GrayRules rules = new GrayRulesParser(List.of(new SpyFactory(seen))).parse("gray.yaml",
				"rules: [{name: spy, service: orders, lane: gray, match: {spy: true}}]");
		this.request.clearAttributes();
		filter(rules, claims, properties).doFilter(this.request, new MockHttpServletResponse(), (request, response) -> {
		});
		return seen.get();
	}

	/** Keeps what it is asked about. */
	private record SpyFactory(AtomicReference<GrayContext> seen) implements GrayStrategyFactory {

		@Override
		public String name() {
			return "spy";
		}

		@Override
		public GrayStrategy create(RulesNode definition) {
			return (context) -> {
				this.seen.set(context);
				return false;
			};
		}

	}

	private static GrayRules rules(String rule) {
		return new GrayRulesParser().parse("gray.yaml",
				"rules: [" + rule.replace("{service", "{name: r, service") + "]");
	}

	private static LaneFilter filter(GrayRules rules, GrayClaims claims, Map<String, String> properties) {
		GovernanceGrayProperties bound = new Binder(new MapConfigurationPropertySource(properties))
			.bindOrCreate("governance.gray", GovernanceGrayProperties.class);
		return new LaneFilter(new LaneDecision(() -> rules, new LaneCarrier(bound), bound, claims));
	}

}
