package io.governance.registry;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ServiceInstancesRelayTests {

	@Test
	@DisplayName("F19 a subscriber that fails, be it with an error, keeps nothing from the others")
	void tellsTheOthersWhateverASubscriberThrows() {
		ServiceInstancesRelay relay = new ServiceInstancesRelay();
		List<ServiceInstances> told = new ArrayList<>();
		relay.subscribe((instances) -> {
			throw new NoClassDefFoundError("some");
		});
		relay.subscribe((instances) -> {
			throw new IllegalStateException("broken");
		});
		relay.subscribe(told::add);
		ServiceInstances first = new ServiceInstances("orders", List.of(), true, true);
		ServiceInstances second = new ServiceInstances("orders", List.of(), true, false);
		relay.tell(first);
		relay.tell(second);
		assertThat(told).containsExactly(first, second);
	}

}
