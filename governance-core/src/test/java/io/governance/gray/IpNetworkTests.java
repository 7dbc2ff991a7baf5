package io.governance.gray;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(60)
class IpNetworkTests {

	private static final List<String> NAMES = List.of("999.1.1.1", "1.2.3.400", "256.256.256.256", "localhost", "1.2.3",
			"a:b.c", "abc", "1.2.3.4%x", "", " ");

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "0.0.0.0", "255.255.255.255", "::", "::1", "2001:db8::10.1.2.3",
			"::ffff:10.1.2.3", "fe80::1%eth0", "1:2:3:4:5:6:7:8" })
	void readsAddresses(String text) throws IOException {
		String literal = text.contains("%") ? text.substring(0, text.indexOf('%')) : text;
		assertThat(IpNetwork.address(text)).isEqualTo(InetAddress.getByName(literal));
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.0/8, 10.1.2.3, 11.1.2.3", "10.0.0.0/8, ::ffff:10.1.2.3, ::10.1.2.3",
			"10.1.2.0/23, 10.1.3.255, 10.1.4.0", "fd00::/8, fdff::1, fe00::", "::1, ::1, ::2",
			"0.0.0.0/0, 1.2.3.4, ::1" })
	void holdsItsAddresses(String network, String inside, String outside) {
		assertThat(IpNetwork.parse(network).contains(IpNetwork.address(inside))).isTrue();
		assertThat(IpNetwork.parse(network).contains(IpNetwork.address(outside))).isFalse();
	}

	@ParameterizedTest
	@CsvSource({ "10.1.2.3, 10.1.2.3", "0:0:0:0:0:0:0:0, ::", "0:0:0:0:0:0:0:1, ::1", "1:0:0:0:0:0:0:0, 1::",
			"2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
			"1:0:0:2:0:0:0:3, 1:0:0:2::3", "fe80:0:0:0:0:0:0:1%eth0, fe80::1", "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6",
			"1:2:3:4:5:6:0:0, 1:2:3:4:5:6::", "::ffff:10.1.2.3, 10.1.2.3", "ffff:0abc:0:f::, ffff:abc:0:f::" })
	void writesAddressesInOneWay(String text, String expected) {
		assertThat(IpNetwork.text(IpNetwork.address(text))).isEqualTo(expected);
	}

	@ParameterizedTest
	@ValueSource(strings = { "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "localhost/8", "10.0.0/8", "/8" })
	void refusesWhatIsNoNetwork(String text) {
		assertThatIllegalArgumentException().isThrownBy(() -> IpNetwork.parse(text));
	}

	/** In a process of its own, in which every one of the names has an address. */
	@Test
	@DisplayName("No event loop is ever blocked: what is no address is not looked up")
	void asksNoNameServer(@TempDir Path directory) throws Exception {
		Path hosts = Files.write(directory.resolve("hosts"),
				NAMES.stream().filter((name) -> !name.isBlank()).map((name) -> "192.0.2.1 " + name).toList());
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-Djdk.net.hosts.file=" + hosts, "-cp",
				System.getProperty("java.class.path"), Lookups.class.getName())
			.redirectErrorStream(true)
			.start();
		try {
			String output = process.inputReader().lines().collect(Collectors.joining("\n"));
			assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
			assertThat(output).isEqualTo("resolver works: true");
		}
		finally {
			process.destroyForcibly();
		}
	}

	/** Prints which of the names were looked up. */
	static final class Lookups {

		public static void main(String[] arguments) throws IOException {
			for (String name : NAMES) {
				if (IpNetwork.address(name) != null) {
					System.out.println("looked up: " + name);
				}
			}
			System.out.println("resolver works: " + InetAddress.getByName("abc").getHostAddress().equals("192.0.2.1"));
		}

	}

}
