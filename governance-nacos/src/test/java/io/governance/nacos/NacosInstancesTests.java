package io.governance.nacos;

import java.util.List;
import java.util.Map;

import com.alibaba.nacos.api.naming.pojo.Instance;
import io.governance.backend.support.InstanceAttributes;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** What is made of that which anybody has registered. */
class NacosInstancesTests {

	private static Instance host(String ip, boolean healthy, Map<String, String> metadata) {
		Instance host = new Instance();
		host.setIp(ip);
		host.setPort(8001);
		host.setHealthy(healthy);
		host.setMetadata(metadata);
		return host;
	}

	private static List<io.governance.registry.Instance> read(Instance... hosts) {
		return NacosInstances.fromNacos("orders", List.of(hosts));
	}

	@Test
	@DisplayName("A foreign instance that takes TLS only does so whatever else its metadata say")
	void foreignInstanceStaysSecure() {
		Instance foreign = host("10.0.0.1", true, Map.of("secure", "true", "version", "1.0 beta (of somebody)"));
		assertThat(read(foreign)).singleElement().satisfies((one) -> {
			assertThat(one.secure()).isTrue();
			assertThat(one.version()).isEmpty();
		});
	}

	@Test
	void oneOfOursThatCannotBeReadIsLeftOutRatherThanTakenForStableAndUp() {
		Instance broken = host("10.0.0.1", true, Map.of(InstanceAttributes.ID, "o-1", "lane", "the gray one"));
		assertThat(read(broken)).isEmpty();
	}

	@Test
	@DisplayName("Of an instance that came back at another address, the one that fails its check is not how it is")
	void instanceThatLeftItselfBehindIsWhereItIsHealthy() {
		Instance left = host("10.0.0.1", false, Map.of(InstanceAttributes.ID, "o-1"));
		Instance live = host("10.0.0.2", true, Map.of(InstanceAttributes.ID, "o-1"));
		for (List<io.governance.registry.Instance> both : List.of(read(left, live), read(live, left))) {
			assertThat(both).singleElement().satisfies((one) -> {
				assertThat(one.host()).isEqualTo("10.0.0.2");
				assertThat(one.status()).isEqualTo(InstanceStatus.UP);
			});
		}
	}

}
