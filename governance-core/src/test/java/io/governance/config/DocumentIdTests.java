package io.governance.config;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link DocumentId}.
 */
class DocumentIdTests {

	@DisplayName("F28 names that mean something to a file system or a URL are refused")
	@ParameterizedTest
	@ValueSource(strings = { "", "..", "../x.yaml", "a/b.yaml", "a\\b.yaml", "a?b", "a#b", "a%2e", ".hidden", "-x",
			"a b", "a\n", "a\u0000", "\u00e4.yaml" })
	void refuses(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> new DocumentId("dev", "shop", name))
			.withMessageContaining("document name")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("\n", "\u0000"));
		assertThatIllegalArgumentException().isThrownBy(() -> new DocumentId(name, "shop", "x.yaml"));
		assertThatIllegalArgumentException().isThrownBy(() -> new DocumentId("dev", name, "x.yaml"));
	}

	@Test
	void variantStandsBeforeTheExtension() {
		assertThat(new DocumentId("dev", "shop", "orders.yaml").variant("big-pool"))
			.hasToString("dev/shop/orders.big-pool.yaml");
		assertThat(new DocumentId("dev", "shop", "orders").variant("v1.2")).hasToString("dev/shop/orders.v1.2");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new DocumentId("dev", "shop", "orders.yaml").variant("../x"))
			.withMessageContaining("not a valid name of a variant");
	}

	@Test
	void refusesLongNames() {
		assertThat(new DocumentId("n".repeat(64), "g".repeat(64), "d".repeat(200)).name()).hasSize(200);
		assertThatIllegalArgumentException().isThrownBy(() -> new DocumentId("n".repeat(65), "g", "d"));
		assertThatIllegalArgumentException().isThrownBy(() -> new DocumentId("n", "g".repeat(65), "d"));
		assertThatIllegalArgumentException().isThrownBy(() -> new DocumentId("n", "g", "d".repeat(201)));
	}

	@Test
	void knowsItsExtensionAndItsOrder() {
		assertThat(new DocumentId("n", "g", "a.b.yaml").extension()).isEqualTo("yaml");
		assertThat(new DocumentId("n", "g", "a").extension()).isEmpty();
		assertThat(new DocumentId("n", "g", "a")).isLessThan(new DocumentId("n", "h", "a"))
			.isLessThan(new DocumentId("n", "g", "b"))
			.isGreaterThan(new DocumentId("m", "z", "z"))
			.hasToString("n/g/a");
	}

}
