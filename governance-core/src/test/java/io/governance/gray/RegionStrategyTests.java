package io.governance.gray;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class RegionStrategyTests {

	private static final SettableClock CLOCK = new SettableClock("2026-01-01T00:00:00Z");

	private static final String TABLE = """
			# network,region
			10.0.0.0/8, cn
			10.1.0.0/16,cn-east
			10.1.2.0/24,cn-north
			10.1.2.3,office
			192.0.2.0/24,eu
			2001:db8::/32,eu
			2001:db8:1::/48,us
			::/0,elsewhere
			""";

	@Test
	void regionIsToldByAHeaderOrAClaim() {
		GrayStrategy byHeader = Requests.strategy("{region: [cn-east, cn-north]}");
		assertThat(byHeader.matches(Requests.of("header X-Region", "cn-east"))).isTrue();
		assertThat(byHeader.matches(Requests.of("header X-Region", "cn-west"))).isFalse();
		assertThat(byHeader.matches(GrayContext.NONE)).isFalse();
		GrayStrategy byOther = Requests.strategy("{region: {in: [cn-east], header: X-Geo}}");
		assertThat(byOther.matches(Requests.of("header x-geo", "cn-east"))).isTrue();
		assertThat(byOther.matches(Requests.of("header X-Region", "cn-east"))).isFalse();
		GrayStrategy byClaim = Requests.strategy("{region: {in: [cn-east], claim: region}}");
		assertThat(byClaim.matches(Requests.of("claim region", "cn-east"))).isTrue();
		assertThat(byClaim.matches(Requests.of("header region", "cn-east"))).isFalse();
		assertThat(byClaim).hasToString("region(1 by claim region)");
	}

	@ParameterizedTest
	@CsvSource({ "10.2.0.1,cn", "10.0.255.255,cn", "10.1.0.0,cn-east", "10.1.1.255,cn-east", "10.1.2.0,cn-north",
			"10.1.2.2,cn-north", "10.1.2.3,office", "10.1.2.4,cn-north", "10.1.2.255,cn-north", "10.1.3.0,cn-east",
			"10.2.0.0,cn", "10.255.255.255,cn", "192.0.2.255,eu", "2001:db8::1,eu", "2001:db8:1:ffff::1,us",
			"2001:db8:2::,eu", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,eu", "2001:db9::,elsewhere", "::,elsewhere",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,elsewhere", "::ffff:10.1.2.3,office", "fe80::1%eth0.1,elsewhere" })
	void smallestNetworkCounts(String address, String region) {
		assertThat(byAddress(region, TABLE).matches(Requests.of("address", address))).isTrue();
		assertThat(byAddress("other", TABLE).matches(Requests.of("address", address))).isFalse();
		assertThat(byAddress(region, TABLE).explain(Requests.of("address", address)).reason())
			.isEqualTo("region '" + region + "' by regions.csv");
	}

	@ParameterizedTest
	@ValueSource(strings = { "9.255.255.255", "11.0.0.0", "192.0.3.0", "255.255.255.255", "localhost", "", "10.1.2",
			"10.1.2.3.4", "10.1.2.256", "10.1.2.3%eth0", "10.1.2.-3", "10.1.2.3:80", "[::1]", "1:2:3:4:5:6:7",
			"1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:", ":::", "12345::", "g::", "1::1.2.3", "::1.2.3.4.5",
			"::1.2.3.256", "1:2:3:4:5:6:7::8", "::ffff:1.2.3.4" })
	void whatIsInNoNetworkHasNoRegion(String address) {
		GrayContext request = Requests.of("address", address);
		for (String region : List.of("cn", "cn-east", "cn-north", "office", "eu", "us", "elsewhere")) {
			assertThat(byAddress(region, TABLE).matches(request)).isFalse();
		}
	}

	@Test
	void addressesAreReadAsTheJdkReadsThem() throws UnknownHostException {
		Random random = new Random(7);
		for (int i = 0; i < 5_000; i++) {
			byte[] octets = new byte[random.nextBoolean() ? 4 : 16];
			for (int k = 0; k < octets.length; k++) {
				octets[k] = (byte) ((random.nextInt(3) == 0) ? random.nextInt() : 0);
			}
			String text = InetAddress.getByAddress(octets).getHostAddress();
			String shortened = text.replaceFirst("(^|:)0(:0)+(:|$)", "::");
			for (String each : List.of(text, shortened, shortened.toUpperCase(java.util.Locale.ROOT))) {
				assertThat(IpBits.isAddress(each)).as(each).isTrue();
				assertThat(bits(IpBits.high(each), IpBits.low(each))).as(each)
					.endsWith(bits(InetAddress.getByName(each).getAddress()));
			}
		}
	}

	private static String bits(long high, long low) {
		return "%016x%016x".formatted(high, low);
	}

	private static String bits(byte[] octets) {
		StringBuilder text = new StringBuilder();
		for (byte octet : octets) {
			text.append("%02x".formatted(octet));
		}
		return text.toString();
	}

	@Test
	void tablesAnswerAsASearchThroughAllNetworksWould() throws UnknownHostException {
		Random random = new Random(11);
		for (int round = 0; round < 15; round++) {
			List<String> lines = new ArrayList<>();
			for (int i = 0; i < 200; i++) {
				boolean v6 = random.nextBoolean();
				int bits = random.nextInt((v6 ? 12 : 10) + 1) + (v6 ? 0 : 22);
				byte[] octets = new byte[v6 ? 16 : 4];
				octets[0] = (byte) (v6 ? random.nextInt(4) * 64 : 10);
				octets[v6 ? 1 : 3] = (byte) (random.nextInt(16) * 16);
				octets[2] = (byte) (v6 ? 0 : random.nextInt(4));
				String network = masked(octets, bits) + "/" + bits;
				if (lines.stream().noneMatch((line) -> line.startsWith(network + ","))) {
					lines.add(network + ",r" + i % 5);
				}
			}
			RegionTable table = table(String.join("\n", lines));
			for (int i = 0; i < 300; i++) {
				byte[] octets = new byte[random.nextBoolean() ? 16 : 4];
				random.nextBytes(octets);
				if (octets.length == 4) {
					octets[0] = 10;
					octets[1] = 0;
					octets[2] = (byte) random.nextInt(5);
				}
				InetAddress address = InetAddress.getByAddress(octets);
				int region = table.region(address.getHostAddress());
				assertThat((region < 0) ? "" : table.name(region)).isEqualTo(naive(lines, address));
			}
		}
	}

	private static String masked(byte[] octets, int bits) throws UnknownHostException {
		for (int bit = bits; bit < octets.length * 8; bit++) {
			octets[bit / 8] &= (byte) ~(0x80 >> bit % 8);
		}
		return InetAddress.getByAddress(octets).getHostAddress();
	}

	private static String naive(List<String> lines, InetAddress address) {
		int longest = -1;
		String region = "";
		for (String line : lines) {
			int bits = Integer.parseInt(line.substring(line.indexOf('/') + 1, line.indexOf(',')));
			if (bits > longest && IpNetwork.parse(line.substring(0, line.indexOf(','))).contains(address)) {
				longest = bits;
				region = line.substring(line.indexOf(',') + 1);
			}
		}
		return region;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "10.0.0.0/8|is not a network", "10.0.0.0/8,|is not a network", "10.0.0.0/8,a,b|is not a network",
					"network,region|does not begin with an IP", "10.0.0.0/33,a|does not begin with an IP",
					"::/129,a|does not begin with an IP", "10.0.0.0/,a|does not begin with an IP",
					"10.0.0.0/-1,a|does not begin with an IP", "fe80::1%1,a|does not begin with an IP",
					"10.0.0.1/8,a|names an address within its network: set the bits behind the first 8",
					"192.0.2.0/24,b|names the network of line 1 again" })
	void badLinesAreRefusedWithDocumentAndLine(String line, String reason) {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> byAddress("a", "192.0.2.0/24,a\n\n" + line + "\n"))
			.satisfies((ex) -> assertThat(ex.document() + ":" + ex.line()).isEqualTo("regions.csv:3"))
			.satisfies((ex) -> assertThat(ex.reason()).startsWith(reason))
			.withMessageStartingWith("regions.csv:3:1: rule 'r1': 'rules[0].match.region.addresses' ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{region: []}", "{region: cn}", "{region: {header: X-Geo}}", "{region: {in: []}}",
			"{region: {in: [a], header: b, claim: c}}", "{region: {in: [a], addresses: missing.csv}}",
			"{region: {in: [a], query: b}}" })
	void mistakesAreRefusedWhereTheyStand(String match) {
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> Requests.strategy(match))
			.withMessageMatching("gray.yaml:5:\\d+: rule 'r1': 'rules\\[0].match.region.*");
	}

	@Test
	void tableIsReadOnceForAllRules() {
		List<String> read = new ArrayList<>();
		new GrayRulesParser().parse("gray.yaml", """
				rules:
				  - {name: r1, service: s, lane: a, match: {region: {in: [eu], addresses: regions.csv}}}
				  - {name: r2, service: t, lane: a, match: {region: {in: [eu], addresses: regions.csv}}}
				""", (name) -> {
			read.add(name);
			return TABLE;
		});
		assertThat(read).containsOnly("regions.csv");
	}

	private static GrayStrategy byAddress(String region, String table) {
		return Requests.strategy("{region: {in: [" + region + "], addresses: regions.csv}}",
				Map.of("regions.csv", table)::get, CLOCK);
	}

	private static RegionTable table(String text) {
		RulesReader reader = new RulesReader("gray.yaml", new RulesReader.Strategies(Map.of(), Map.of(), false),
				(name) -> text, CLOCK);
		RulesNode root = reader.root("regions.csv");
		assertThat(root).isNotNull();
		return root.regions();
	}

}
