package io.governance.ecosystem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import com.nimbusds.jose.jwk.source.ImmutableSecret;
import io.governance.boot.gray.GrayClaims;
import io.governance.gray.LaneContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication.Type;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.JwsHeader;
import org.springframework.security.oauth2.jwt.JwtClaimsSet;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtEncoderParameters;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.NimbusJwtEncoder;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules by claims of a token that Spring Security has verified. */
@Timeout(120)
class JwtClaimsTests {

	private static final String BEHIND_SECURITY = "governance.gray.filter-order=-99";

	@TempDir
	private Path fleet;

	@BeforeEach
	void publish() throws IOException {
		Member.rules(this.fleet, """
				rules:
				  - name: by-claim
				    service: mail
				    lane: east
				    match: {region: {in: [cn-east], claim: region}}
				""");
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void rulesGoByTheClaimsOfAVerifiedToken(WebApplicationType type) {
		try (Member member = start(type, Application.class, BEHIND_SECURITY)) {
			assertThat(lane(member, token(key("right"), "cn-east"))).isEqualTo("mail=east");
			assertThat(lane(member, token(key("right"), "eu"))).isEqualTo("stable");
			assertThat(lane(member, token(key("wrong"), "cn-east"))).isEqualTo("status 401");
			assertThat(member.get("/lane").statusCode()).isEqualTo(401);
		}
	}

	@Test
	void nobodyIsAuthenticatedYetWhereTheLaneIsDecidedByDefault() {
		try (Member member = start(WebApplicationType.SERVLET, Application.class)) {
			assertThat(lane(member, token(key("right"), "cn-east"))).isEqualTo("stable");
		}
	}

	@Test
	void applicationMayTellClaimsItself() {
		try (Member member = start(WebApplicationType.SERVLET, OwnClaims.class)) {
			assertThat(lane(member, token(key("right"), "eu"))).isEqualTo("mail=east");
			assertThat(member.context().getBeansOfType(GrayClaims.class)).containsOnlyKeys("own");
		}
	}

	private Member start(WebApplicationType type, Class<?> source, String... properties) {
		return Member.start(this.fleet, type, "shop", source, properties);
	}

	private static String lane(Member member, String token) {
		var answer = member.get("/lane", "Authorization", "Bearer " + token);
		return (answer.statusCode() == 200) ? answer.body() : "status " + answer.statusCode();
	}

	private static String token(SecretKey key, String region) {
		JwtClaimsSet claims = JwtClaimsSet.builder()
			.subject("ann")
			.claim("region", region)
			.expiresAt(Instant.now().plusSeconds(600))
			.build();
		return new NimbusJwtEncoder(new ImmutableSecret<>(key))
			.encode(JwtEncoderParameters.from(JwsHeader.with(MacAlgorithm.HS256).build(), claims))
			.getTokenValue();
	}

	private static SecretKey key(String name) {
		return new SecretKeySpec(name.repeat(10).getBytes(StandardCharsets.UTF_8), "HmacSHA256");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@ConditionalOnWebApplication(type = Type.SERVLET)
		JwtDecoder decoder() {
			return NimbusJwtDecoder.withSecretKey(key("right")).build();
		}

		@Bean
		@ConditionalOnWebApplication(type = Type.REACTIVE)
		ReactiveJwtDecoder reactiveDecoder() {
			return NimbusReactiveJwtDecoder.withSecretKey(key("right")).build();
		}

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnClaims extends Application {

		@Bean
		GrayClaims own() {
			return (request, name) -> name.equals("region") ? "cn-east" : null;
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/lane")
		String lane() {
			return LaneContext.current().toHeader();
		}

	}

}
