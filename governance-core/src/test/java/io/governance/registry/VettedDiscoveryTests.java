package io.governance.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Where calls are not to be led, whatever a registry holds. */
class VettedDiscoveryTests {

	@ParameterizedTest
	@ValueSource(strings = { "169.254.169.254", "169.254.0.1", "fe80::1", "[fe80::1]", "fe80::1%eth0", "fd00:ec2::254",
			"[fd00:EC2::254]", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "0.0.0.0", "::", "224.0.0.1", "ff02::1",
			"2852039166", "169.16689662", "169.254.43518", "0xA9FEA9FE", "0xa9.0xfe.0xa9.0xfe", "169.254.0xA9.0xfe",
			"169.254.169.0xfe", "169.254.43518.", "169.254.169.254.", "999.1.1.1", "1.2.3.256", "010.1.1.1", "1.2.3.",
			"metadata.google.internal", "Metadata.Google.Internal.", "1:2", "orders:80", "[", "[]", "]",
			"[169.254.169.254", "[10.0.0.1]", "10.0.0.1]", "[::1", "::1]", "%eth0", "[%]",
			"metadata%2egoogle%2einternal", "metadat%61.goog", "orders%eth0", "100.100.100.200", "192.0.0.192",
			"168.63.129.16", "[fd20:ce::254]", "fd00:c1::a9fe:a9fe", "metadata.tencentyun.com",
			"Metadata.TencentYun.com." })
	void leavesOutAddressesWhereNoServiceIs(String host) {
		assertThat(VettedDiscovery.allows(host)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "::ffff:100.100.100.200", "::ffff:6464:64c8", "::100.100.100.200", "::169.254.169.254",
			"[64:ff9b::169.254.169.254]", "64:ff9b::a9fe:a9fe", "64:ff9b::a83f:8110", "64:ff9b::e000:1", "64:ff9b::",
			"2002:a9fe:a9fe::", "2002:a9fe:a9fe:1::1", "[2002:6464:64c8::1]", "2002:c000:c0::1" })
	void leavesOutIpv6AddressesThatLeadToThemOverIpv4(String host) {
		assertThat(VettedDiscovery.allows(host)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "10.1.2.3", "192.168.0.7", "172.16.0.1", "8.8.8.8", "2001:db8::1",
			"[2001:db8::1]", "fd12:3456::1", "::1", "localhost", "orders", "orders.example.com", "node-1.local",
			"169.254.169.254.example.com", "oxford", "x0x", "0.0.0.1x", "255.255.255.254", "web-1", "node.1a",
			"0xa9fea9fe.example.com", "100.100.100.201", "32.2.169.254", "::ffff:10.0.0.1", "::10.0.0.1",
			"64:ff9b::10.0.0.1", "64:ff9b:0:1::a9fe:a9fe", "2002:a00:1::1", "2003:a9fe:a9fe::1",
			"my.metadata.tencentyun.com.example.com" })
	void keepsAllOthers(String host) {
		assertThat(VettedDiscovery.allows(host)).isTrue();
	}

	@Test
	@DisplayName("(c)7 What a registry holds does not lead calls to where no service is")
	void tellsTheListWithoutThemAndTheConnection() {
		List<Object> told = new ArrayList<>();
		Discovery discovery = new VettedDiscovery(new OneDelivery(List.of(instance("a", "10.0.0.1"),
				instance("b", "169.254.169.254"), instance("c", "orders-c"), instance("d", "["))));
		discovery.watch("orders", new InstancesListener() {

			@Override
			public void onInstances(List<Instance> instances) {
				told.add(instances.stream().map(Instance::id).toList());
			}

			@Override
			public void onConnection(ConnectionState state) {
				told.add(state);
			}

		});
		assertThat(told).containsExactly(List.of("a", "c"), ConnectionState.DISCONNECTED);
		assertThat(discovery.read("orders")).extracting(Instance::id).containsExactly("a", "c");
		assertThat(discovery.services()).containsExactly("orders");
	}

	private static Instance instance(String id, String host) {
		return Instance.of("orders", host, 8080).id(id).build();
	}

	/** Delivers once, and loses the connection. */
	private record OneDelivery(List<Instance> instances) implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			listener.onInstances(this.instances);
			listener.onConnection(ConnectionState.DISCONNECTED);
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
