package io.governance.consul;

import java.util.List;
import java.util.Map;

import io.governance.backend.support.InstanceAttributes;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** An instance that is at two agents, as after one of them froze. */
class InstanceReaderTests {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static JsonNode registered(InstanceStatus status, long index, String check) {
		Instance instance = Instance.of("orders", "127.0.0.1", 80).id("o-1").status(status).build();
		Map<String, String> metadata = InstanceAttributes.toMetadata(instance);
		metadata.put(InstanceAttributes.NAMESPACE, "dev");
		ObjectNode json = MAPPER.createObjectNode();
		ObjectNode service = json.putObject("Service")
			.put("ID", "dev/orders/o-1")
			.put("Address", "127.0.0.1")
			.put("Port", 80)
			.put("ModifyIndex", index);
		service.putObject("Weights").put("Passing", 100);
		metadata.forEach(service.putObject("Meta")::put);
		json.putArray("Checks").addObject().put("CheckID", "governance:o-1").put("Status", check);
		return json;
	}

	private static InstanceStatus status(JsonNode... both) {
		List<Instance> instances = new InstanceReader("dev").read("orders", List.of(both));
		assertThat(instances).hasSize(1);
		return instances.get(0).status();
	}

	@Test
	void whatIsNewerIsHowItIs() {
		JsonNode frozen = registered(InstanceStatus.UP, 10, "passing");
		assertThat(status(frozen, registered(InstanceStatus.DRAINING, 20, "passing")))
			.isEqualTo(InstanceStatus.DRAINING);
		assertThat(status(registered(InstanceStatus.UP, 30, "passing"),
				registered(InstanceStatus.OUT_OF_SERVICE, 20, "passing")))
			.isEqualTo(InstanceStatus.UP);
	}

	@Test
	void whatNobodyRenewsAnyMoreIsNotHowItIs() {
		assertThat(status(registered(InstanceStatus.UP, 10, "passing"), registered(InstanceStatus.UP, 20, "critical")))
			.isEqualTo(InstanceStatus.UP);
		assertThat(status(registered(InstanceStatus.UP, 10, "critical"), registered(InstanceStatus.UP, 20, "critical")))
			.isEqualTo(InstanceStatus.DOWN);
	}

	@Test
	void oneOfOursThatCannotBeReadIsLeftOutRatherThanTakenForStableAndUp() {
		ObjectNode broken = (ObjectNode) registered(InstanceStatus.UP, 10, "passing");
		((ObjectNode) broken.path("Service").path("Meta")).put("lane", "the gray one");
		assertThat(new InstanceReader("dev").read("orders", List.of(broken))).isEmpty();
		((ObjectNode) broken.path("Service").path("Meta")).remove(InstanceAttributes.ID);
		assertThat(new InstanceReader("dev").read("orders", List.of(broken))).singleElement()
			.isEqualTo(Instance.of("orders", "127.0.0.1", 80).id("dev_orders_o-1").weight(10_000).build());
	}

}
