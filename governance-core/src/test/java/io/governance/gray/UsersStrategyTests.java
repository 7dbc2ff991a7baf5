package io.governance.gray;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class UsersStrategyTests {

	private static final SettableClock CLOCK = new SettableClock("2026-01-01T00:00:00Z");

	@Test
	void readsDocumentsLineByLine() {
		Map<String, String> documents = Map.of("users-vip.txt",
				"\ufeffalice\r\n# the board\r\n\r\n  bob # until May\r\ncarol#1\rdave", "users-beta.txt", "erin\n");
		GrayStrategy users = Requests.strategy("{users: {list: [frank], documents: [users-vip.txt, users-beta.txt]}}",
				documents::get, CLOCK);
		assertThat(users).hasToString("users(6)");
		assertThat(List.of("alice", "bob", "carol#1", "dave", "erin", "frank"))
			.allMatch((user) -> users.matches(GrayContext.ofUser(user)));
		assertThat(List.of("", " ", "#", "# the board", "until May", "bob ", "carol", "alic", "alicee", "Alice"))
			.noneMatch((user) -> users.matches(GrayContext.ofUser(user)));
		assertThat(users.matches(GrayContext.NONE)).isFalse();
	}

	@Test
	void emptyDocumentNamesNobody() {
		assertThat(Requests.strategy("{users: {documents: [a.txt]}}", (name) -> "# nobody yet\n", CLOCK))
			.hasToString("users(0)");
	}

	@Test
	void documentsNeedNotBeThereForALenientParser() {
		GrayRules rules = GrayRulesParser.lenient()
			.parse("gray.yaml", Requests.rule("{users: {list: [a], documents: [users-vip.txt]}}"));
		assertThat(rules.rules().get(0).strategy()).hasToString("users(1)");
	}

	@Test
	void tellsTheDocumentsThatItRefersTo() {
		assertThat(
				new GrayRulesParser().references(Requests.rule("{any: [{users: {documents: [users-vip.txt, b.txt]}}, "
						+ "{region: {in: [eu], addresses: regions.csv}}]}")))
			.containsExactly("users-vip.txt", "b.txt", "regions.csv");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{users: {documents: [missing.txt]}}", "{users: {documents: ['../secret']}}",
			"{users: {documents: missing.txt}}", "{users: {}}", "{users: {lists: [a]}}", "{users: a}" })
	void mistakesAreRefusedWhereTheyStand(String match) {
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> Requests.strategy(match))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(5))
			.withMessageMatching("gray.yaml:5:\\d+: rule 'r1': 'rules\\[0].match.users.*");
	}

	@Test
	void lineThatIsNoIdIsRefusedWithItsDocument() {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> Requests.strategy("{users: {documents: [users.bin]}}", (name) -> "a\nb\0c", CLOCK))
			.withMessageStartingWith("users.bin:2:1: rule 'r1': 'rules[0].match.users.documents[0]' holds a control");
	}

	@Test
	void overlapsAreFoundInDocumentsToo() {
		String text = """
				rules:
				  - {name: r1, service: s, lane: a, match: {users: {documents: [one.txt]}}}
				  - {name: r2, service: s, lane: b, match: {any: [{users: [x, c]}, {users: {documents: [two.txt]}}]}}
				""";
		Map<String, String> documents = Map.of("one.txt", "a\nb\nc\n", "two.txt", "b\ny\n");
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> new GrayRulesParser().parse("gray.yaml", text, documents::get))
			.withMessageContaining("names 2 of the users of rule 'r1' in line 2");
	}

	@Test
	void holdsTheSameAsASetOfStrings() {
		Random random = new Random(1);
		Set<String> ids = new HashSet<>();
		List<String> others = new ArrayList<>(List.of("?", "\ud83d", "\ude00", "\ude00\ud83d", "Aa", "BB", "AaBB"));
		while (ids.size() < 20_000) {
			String id = random.ints(1 + random.nextInt(200) / (1 + random.nextInt(20)), 0, 5)
				.mapToObj((kind) -> switch (kind) {
					case 0 -> "é用🙂\ud83d\ude00".substring(random.nextInt(5)).substring(0, 1);
					case 1 -> "🙂";
					default -> Character.toString('0' + random.nextInt(70));
				})
				.reduce("", String::concat);
			if (random.nextBoolean()) {
				ids.add(id);
			}
			others.add(id);
		}
		UserIds compact = UserIds.of(ids);
		assertThat(compact.size()).isEqualTo(ids.size());
		assertThat(others).allSatisfy((id) -> assertThat(compact.contains(id)).isEqualTo(ids.contains(id)));
		assertThat(ids).allMatch(compact::contains);
		assertThat(UserIds.of(ids, List.of(String.join("\n", List.of("a".repeat(20_000), "two words")))).size())
			.isEqualTo(ids.size() + 2);
	}

	@Test
	void millionIdsOfThirtySixCharactersTakeLessThanHundredMegabytes() {
		int documents = 8;
		Map<String, String> texts = new java.util.HashMap<>();
		long texted = 0;
		for (int d = 0; d < documents; d++) {
			StringBuilder text = new StringBuilder(37 * 125_000);
			for (int i = 0; i < 125_000; i++) {
				text.append(10_000_000 + i).append("-0000-4000-8000-00000000000").append(d).append('\n');
			}
			texts.put("users-" + d + ".txt", text.toString());
			texted += text.length();
		}
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		long before = threads.getCurrentThreadAllocatedBytes();
		GrayStrategy users = Requests.strategy("{users: {documents: [users-0.txt, users-1.txt, users-2.txt, "
				+ "users-3.txt, users-4.txt, users-5.txt, users-6.txt, users-7.txt]}}", texts::get, CLOCK);
		// All that was ever allocated, and the texts, which are of one byte a character.
		long most = threads.getCurrentThreadAllocatedBytes() - before + texted;
		assertThat(users).hasToString("users(1000000)");
		assertThat(most).isLessThan(100L * 1024 * 1024);
		assertThat(users.matches(GrayContext.ofUser("10065535-0000-4000-8000-000000000007"))).isTrue();
		assertThat(users.matches(GrayContext.ofUser("10065535-0000-4000-8000-000000000008"))).isFalse();
	}

	@Test
	void explainsWithoutNamingAnybody() {
		GrayStrategy users = Requests.strategy("{users: [alice]}");
		assertThat(users.explain(GrayContext.ofUser("alice")))
			.isEqualTo(Condition.of("users(1)", true, "the user is listed"));
		assertThat(users.explain(GrayContext.ofUser("bob")).reason()).isEqualTo("the user is not listed");
		assertThat(users.explain(GrayContext.NONE).reason()).isEqualTo("no user");
	}

}
