package io.governance.boot.gray;

import java.util.List;

import io.governance.boot.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class TrustedPeersTests {

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.255.1.2, true", "10.0.0.0/8, 11.0.0.1, false", "172.16.0.0/12, 172.31.9.9, true",
			"172.16.0.0/12, 172.32.0.1, false", "192.168.1.5, 192.168.1.5, true", "192.168.1.5, 192.168.1.6, false",
			"::1/128, ::1, true", "::1/128, 0:0:0:0:0:0:0:1%lo, true", "fc00::/7, fd12::1, true",
			"fc00::/7, fe80::1, false", "127.0.0.0/8, ::ffff:127.0.0.1, true", "0.0.0.0/0, 8.8.8.8, true",
			"0.0.0.0/0, 2001:db8::1, false", "10.0.0.0/8, localhost, false", "10.0.0.0/8, '', false" })
	void trustsAddressesOfItsNetworks(String network, String address, boolean trusted) {
		assertThat(new TrustedPeers("governance.gray.trusted-peers", List.of(network)).trusts(address))
			.isEqualTo(trusted);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0/8", "::/129" })
	void refusesWhatIsNoNetwork(String network) {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> new TrustedPeers("governance.gray.trusted-peers", List.of(network)))
			.satisfies((ex) -> assertThat(ex.property()).isEqualTo("governance.gray.trusted-peers"));
	}

	@Test
	void trustsOnlyThisMachineByDefault() {
		GovernanceGrayProperties defaults = new Binder(new MapConfigurationPropertySource())
			.bindOrCreate("governance.gray", GovernanceGrayProperties.class);
		TrustedPeers peers = new TrustedPeers("governance.gray.trusted-peers", defaults.trustedPeers());
		assertThat(List.of("127.0.0.1", "127.0.1.1", "::1")).allMatch(peers::trusts);
		assertThat(List.of("10.0.0.1", "172.17.0.1", "192.168.1.1", "fd12::1", "8.8.8.8")).noneMatch(peers::trusts);
	}

	@Test
	void trustsNobodyWithoutNetworks() {
		assertThat(new TrustedPeers("governance.gray.trusted-peers", List.of()).trusts("127.0.0.1")).isFalse();
	}

}
