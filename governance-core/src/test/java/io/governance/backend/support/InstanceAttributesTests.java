package io.governance.backend.support;

import java.util.List;
import java.util.Map;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class InstanceAttributesTests {

	@Test
	void everythingComesBack() {
		Instance instance = Instance.of("orders", "10.0.0.1", 8080)
			.id("orders-1")
			.secure(true)
			.zone("east")
			.version("1.4.0")
			.lane("gray")
			.status(InstanceStatus.DRAINING)
			.metadata(Map.of("team", "x"))
			.build();
		Map<String, String> metadata = InstanceAttributes.toMetadata(instance);
		assertThat(metadata).containsEntry("secure", "true").containsEntry("zone", "east");
		assertThat(InstanceAttributes.fromMetadata("orders", "10.0.0.1", 8080, "foreign", metadata).build())
			.isEqualTo(instance);
	}

	@Test
	void whatIsOrdinaryIsLeftOut() {
		Instance instance = Instance.of("orders", "10.0.0.1", 8080).build();
		assertThat(InstanceAttributes.toMetadata(instance)).containsOnlyKeys(InstanceAttributes.ID);
	}

	@Test
	void foreignInstanceIsReadAsItIs() {
		Instance read = InstanceAttributes
			.fromMetadata("orders", "10.0.0.1", 8080, "their-id", Map.of("zone", "east", "colour", "blue"))
			.build();
		assertThat(read.id()).isEqualTo("their-id");
		assertThat(read.zone()).isEqualTo("east");
		assertThat(read.metadata()).isEqualTo(Map.of("colour", "blue"));
	}

	@Test
	void reservedKeyIsRefusedWithTheFix() {
		for (String key : List.of("zone", "governance-id")) {
			Instance.Builder builder = Instance.of("orders", "10.0.0.1", 8080).metadata(Map.of(key, "east"));
			assertThatIllegalArgumentException().isThrownBy(builder::build)
				.withMessageContaining("'" + key + "'")
				.withMessageContaining("set the field of the instance");
		}
	}

}
