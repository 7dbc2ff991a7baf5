package io.governance.boot.gray;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;

/** What docs/lanes.md shows is compiled. */
class LaneDocumentationTests {

	@Test
	void javaOfThePageIsCompiled() throws IOException {
		Path sources = Path.of("src/test/java/io/governance/boot/gray");
		String compiled = squeeze(Files.readString(sources.resolve("OrderMessages.java"))
				+ Files.readString(sources.resolve("LaneDocumentationTests.java")));
		Matcher blocks = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(Path.of("..", "docs", "lanes.md")));
		int count = 0;
		while (blocks.find()) {
			assertThat(compiled).contains(squeeze(blocks.group(1)));
			count++;
		}
		assertThat(count).isEqualTo(2);
	}

	private static String squeeze(String text) {
		return text.replaceAll("\\s+", " ").trim();
	}

	/** A principal of an application's own. */
	record Shopper(String getName, Map<String, String> claims) implements Principal {

		@Override
		public String getName() {
			return this.getName;
		}

	}

	static class ClaimsConfiguration {

		@Bean
		GrayClaims claims() {
			return (request, name) -> (request.principal() instanceof Shopper shopper) ? shopper.claims().get(name)
					: null;
		}

	}

}
