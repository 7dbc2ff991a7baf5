package io.governance.grpc.boot;

import java.util.Map;

import io.grpc.Metadata;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import io.governance.boot.gray.GovernanceGrayProperties;
import io.governance.boot.gray.LaneCarrier;
import io.governance.gray.LaneContext;
import io.governance.grpc.LaneMetadata;

import static org.assertj.core.api.Assertions.assertThat;

class CarriedLanesTests {

	private final Metadata metadata = new Metadata();

	@ParameterizedTest
	@ValueSource(strings = { "X!Lane", "lane-bin" })
	@DisplayName("Under a name that calls cannot have the lane is not sent; in baggage it is")
	void laneGoesInBaggageWhereCallsCannotHaveItsHeader(String name) {
		GovernanceGrayProperties properties = new Binder(
				new MapConfigurationPropertySource(Map.of("governance.gray.lane-header", name)))
			.bindOrCreate("governance.gray", GovernanceGrayProperties.class);
		LaneMetadata lanes = new CarriedLanes(new LaneCarrier(properties));
		lanes.write(LaneContext.parse("orders=gray"), this.metadata);
		assertThat(this.metadata.keys()).containsExactly("baggage");
		assertThat(CarriedLanes.lines(this.metadata, "baggage")).containsExactly("governance.lane=orders%3Dgray");
	}

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
