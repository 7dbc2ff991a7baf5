package io.governance.boot.gray;

import java.util.List;

import io.governance.boot.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ForwardedAddressTests {

	private static final TrustedPeers PROXIES = new TrustedPeers("p", List.of("127.0.0.1", "10.0.0.0/8", "fd00::/8"));

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "203.0.113.7|203.0.113.7", "6.6.6.6, 203.0.113.7, 10.1.1.1|203.0.113.7",
			"127.0.0.1, 203.0.113.7|203.0.113.7", "203.0.113.7:4711|203.0.113.7", "[2001:db8::1]:443|2001:db8::1",
			"2001:db8::1|2001:db8::1", "203.0.113.7, fd00::1|203.0.113.7", "10.1.1.2, 10.1.1.1|10.1.1.2",
			"unknown, 10.1.1.1|10.1.1.1", "203.0.113.7, garbage|127.0.0.1", "203.0.113.7,|127.0.0.1",
			"localhost|127.0.0.1", "''|127.0.0.1", "1.2.3.4.5|127.0.0.1", "999.1.1.1|127.0.0.1" })
	void readsWhatProxiesAppendedFromTheRight(String header, String address) {
		assertThat(new ForwardedAddress("X-Forwarded-For", PROXIES).find("127.0.0.1", List.of(header)))
			.isEqualTo(address);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "for=203.0.113.7|203.0.113.7", "for=6.6.6.6, For=\"203.0.113.7:80\";proto=https|203.0.113.7",
					"by=10.0.0.1;for=\"[2001:db8::1]:443\"|2001:db8::1", "for=203.0.113.7, for=10.0.0.1|203.0.113.7",
					"for=203.0.113.7, for=_hidden|127.0.0.1", "proto=https|127.0.0.1", "for=|127.0.0.1",
					"for=\"|127.0.0.1" })
	void readsTheStandardHeader(String header, String address) {
		assertThat(new ForwardedAddress("forwarded", PROXIES).find("127.0.0.1", List.of(header))).isEqualTo(address);
	}

	@Test
	void readsSeveralLinesAsOne() {
		ForwardedAddress forwarded = new ForwardedAddress("X-Forwarded-For", PROXIES);
		assertThat(forwarded.find("127.0.0.1", List.of("6.6.6.6, 203.0.113.7", "10.0.0.1"))).isEqualTo("203.0.113.7");
		assertThat(forwarded.believes("10.9.9.9")).isTrue();
		assertThat(forwarded.believes("203.0.113.7")).isFalse();
		assertThat(forwarded.believes(null)).isFalse();
	}

	@Test
	void looksAtTheEndOfALongHeaderOnly() {
		String header = "203.0.113.7, " + "10.0.0.1, ".repeat(10_000) + "10.0.0.2";
		assertThat(new ForwardedAddress("X-Forwarded-For", PROXIES).find("127.0.0.1", List.of(header)))
			.isEqualTo("10.0.0.1");
		assertThat(new ForwardedAddress("X-Forwarded-For", PROXIES).find("127.0.0.1", List.of("1".repeat(65_536))))
			.isEqualTo("127.0.0.1");
	}

	@Test
	void refusesAnotherHeader() {
		assertThatExceptionOfType(InvalidSettingException.class)
			.isThrownBy(() -> new ForwardedAddress("X-Real", PROXIES))
			.satisfies((ex) -> assertThat(ex.property()).isEqualTo("governance.gray.forwarded-header"));
	}

}
