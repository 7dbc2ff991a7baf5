package io.governance.grpc.boot;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class CarriedLanesTests {

	private final Metadata metadata = new Metadata();

	@Test
	void readsAllLinesOfAHeader() {
		Metadata.Key<String> key = Metadata.Key.of("x-device", Metadata.ASCII_STRING_MARSHALLER);
		this.metadata.put(key, "d1");
		this.metadata.put(key, "d2");
		assertThat(CarriedLanes.lines(this.metadata, "X-Device")).containsExactly("d1", "d2");
		assertThat(CarriedLanes.lines(this.metadata, "X-Other")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "X Device", "X!Device", "trace-bin", ":path", "" })
	void headerThatCallsCannotHaveIsNotThere(String name) {
		assertThat(CarriedLanes.lines(this.metadata, name)).isEmpty();
	}

}
