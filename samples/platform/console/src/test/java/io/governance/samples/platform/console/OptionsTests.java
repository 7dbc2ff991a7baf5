package io.governance.samples.platform.console;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** The command line of the console. */
class OptionsTests {

	@Test
	void whatIsNotSaidHasADefault() {
		assertThat(Options.of()).isEqualTo(new Options("local", 8080, 100));
	}

	@Test
	void valuesComeAfterABlankOrAnEqualsSign() {
		assertThat(Options.of("--backend", "etcd", "--port=8090", "--rate", "5"))
			.isEqualTo(new Options("etcd", 8090, 5));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "--backend=foo", "--backend", "--port=many", "--port=65536", "--rate=0", "--speed=5", "local" })
	void whatIsNotAnOptionIsRefusedBeforeAnythingStarts(String argument) {
		assertThatIllegalArgumentException().isThrownBy(() -> Options.of(argument));
	}

}
