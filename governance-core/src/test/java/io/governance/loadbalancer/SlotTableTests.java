package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class SlotTableTests {

	@ParameterizedTest
	@ValueSource(strings = { "a", "b", "10.0.0.1:8080", "10.0.0.2:8080", "" })
	void aBidderVisitsEachSlotOnceAndKnowsWhen(String id) {
		SlotBidder bidder = new SlotBidder(id, 3);
		boolean[] visited = new boolean[SlotBidder.SLOTS];
		double time = 0;
		for (int rank = 0; rank < SlotBidder.SLOTS; rank++) {
			int slot = bidder.slotAt(rank);
			assertThat(visited[slot]).isFalse();
			visited[slot] = true;
			assertThat(bidder.rankOf(slot)).isEqualTo(rank);
			assertThat(bidder.time(rank)).isGreaterThan(time).isGreaterThanOrEqualTo(bidder.timeAtLeast(rank));
			time = bidder.time(rank);
		}
	}

	@Test
	void timesAreExponential() {
		SlotBidder bidder = new SlotBidder("a", 4);
		double mean = IntStream.range(0, SlotBidder.SLOTS).mapToDouble(bidder::time).average().orElseThrow();
		assertThat(mean).isCloseTo(0.25, within(1e-4));
		for (double u : new double[] { 0.001, 0.1, 0.499, 0.501, 0.9, 0.999 }) {
			assertThat(bidder.time((int) (u * SlotBidder.SLOTS))).isCloseTo(-Math.log1p(-u) / 4, within(0.01 / 4));
		}
	}

	@ParameterizedTest
	@CsvSource({ "1, false", "2, false", "10, false", "10, true", "100, true", "1000, false" })
	void eachSlotBelongsToWhoComesFirst(int size, boolean weighted) {
		SlotBidder[] bidders = bidders(size, weighted);
		SlotTable table = SlotTable.of(bidders);
		for (int slot = 0; slot < SlotBidder.SLOTS; slot += (size < 100) ? 1 : 97) {
			int first = 0;
			for (int i = 1; i < size; i++) {
				if (time(bidders[i], slot) < time(bidders[first], slot)) {
					first = i;
				}
			}
			assertThat((int) table.owners()[slot]).isEqualTo(first);
		}
	}

	@Test
	void isTheSameInEveryProcessAndVersion() {
		SlotTable table = SlotTable.of(bidders(10, true));
		assertThat(Arrays.hashCode(table.owners())).isEqualTo(1144534018);
	}

	@Test
	void orderDoesNotMatter() {
		SlotBidder[] bidders = bidders(50, true);
		SlotTable table = SlotTable.of(bidders);
		List<SlotBidder> shuffled = new ArrayList<>(List.of(bidders));
		Collections.shuffle(shuffled, new Random(1));
		SlotTable other = SlotTable.of(shuffled.toArray(SlotBidder[]::new));
		for (int slot = 0; slot < SlotBidder.SLOTS; slot++) {
			assertThat(shuffled.get(other.owners()[slot])).isSameAs(bidders[table.owners()[slot]]);
		}
	}

	@Test
	void historyDoesNotMatter() {
		SplittableRandom random = new SplittableRandom(4);
		List<SlotBidder> bidders = new ArrayList<>(List.of(bidders(30, true)));
		SlotTable table = SlotTable.of(bidders.toArray(SlotBidder[]::new));
		for (int change = 0; change < 60; change++) {
			for (int i = random.nextInt(3); i >= 0; i--) {
				int at = random.nextInt(bidders.size());
				switch (random.nextInt(4)) {
					case 0 -> bidders.remove(at);
					case 1 -> bidders.add(at, new SlotBidder("new" + change + "-" + i, 1 + random.nextInt(200)));
					case 2 -> bidders.add(bidders.remove(at));
					default -> bidders.set(at, bidder(at, 1 + random.nextInt(200)));
				}
				bidders = new ArrayList<>(bidders.stream().filter(distinct(new HashSet<>())).toList());
			}
			SlotBidder[] now = bidders.toArray(SlotBidder[]::new);
			table = table.changedTo(now);
			assertThat(table.owners()).isEqualTo(SlotTable.of(now).owners());
		}
	}

	@Test
	@Timeout(10)
	void manyThatComeAtOnceAndOneWhoOwnsMuchTakeNoTime() {
		SlotBidder[] many = bidders(1000, false);
		many[0] = bidder(0, 10_000);
		char[] expected = SlotTable.of(many).owners();
		for (int before : new int[] { 2, 10, 100 }) {
			assertThat(SlotTable.of(Arrays.copyOf(many, before)).changedTo(many).owners()).isEqualTo(expected);
		}
		for (int i = 1; i < many.length; i++) {
			many[i] = bidder(i, 10);
		}
		SlotBidder[] rest = Arrays.copyOfRange(many, 1, many.length);
		SlotTable table = SlotTable.of(many);
		for (int i = 0; i < 10; i++) {
			assertThat(table.changedTo(rest).owners()).isEqualTo(SlotTable.of(rest).owners());
		}
	}

	private static Predicate<SlotBidder> distinct(Set<Long> seen) {
		return (bidder) -> seen.add(bidder.hash());
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 10, 100 })
	void removingAnyMovesOnlyItsOwn(int size) {
		SlotBidder[] bidders = bidders(size, false);
		SlotTable table = SlotTable.of(bidders);
		for (int removed = 0; removed < size; removed++) {
			List<SlotBidder> rest = new ArrayList<>(List.of(bidders));
			rest.remove(removed);
			char[] owners = table.changedTo(rest.toArray(SlotBidder[]::new)).owners();
			int[] gained = new int[rest.size()];
			for (int slot = 0; slot < SlotBidder.SLOTS; slot++) {
				if (table.owners()[slot] == removed) {
					gained[owners[slot]]++;
				}
				else if (rest.get(owners[slot]) != bidders[table.owners()[slot]]) {
					assertThat(slot).as("slot that moved though its owner stayed").isNegative();
				}
			}
			int moved = Arrays.stream(gained).sum();
			assertThat((double) moved * size / SlotBidder.SLOTS).as("share that moved").isBetween(0.8, 1.2);
			assertEven(gained, moved);
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 10, 100, 1000 })
	void oneThatComesTakesItsShareFromAllAlike(int size) {
		SlotBidder[] bidders = bidders(size, false);
		SlotTable table = SlotTable.of(bidders);
		for (int come = 0; come < 20; come++) {
			SlotBidder[] more = Arrays.copyOf(bidders, size + 1);
			more[size] = new SlotBidder("new" + come, 100);
			char[] owners = table.changedTo(more).owners();
			int[] lost = new int[size];
			for (int slot = 0; slot < SlotBidder.SLOTS; slot++) {
				if (owners[slot] == size) {
					lost[table.owners()[slot]]++;
				}
				else if (owners[slot] != table.owners()[slot]) {
					assertThat(slot).as("slot that moved between others").isNegative();
				}
			}
			int moved = Arrays.stream(lost).sum();
			assertThat((double) moved / SlotBidder.SLOTS).isLessThan(1.5 / size);
			if (size > 1 && size <= 100) {
				assertEven(lost, moved);
			}
		}
	}

	/** Chi-square; the slots drawn are not independent, which makes it smaller. */
	private static void assertEven(int[] counts, int total) {
		double expected = (double) total / counts.length;
		if (counts.length > 1) {
			double chiSquare = Arrays.stream(counts)
				.mapToDouble((n) -> (n - expected) * (n - expected) / expected)
				.sum();
			assertThat(chiSquare).isLessThan(Distribution.chiSquareBound(counts.length - 1));
		}
	}

	@Test
	void aWeightThatChangesMovesOnlyTheDifference() {
		SlotBidder[] bidders = bidders(10, false);
		SlotTable table = SlotTable.of(bidders);
		SlotBidder[] changed = bidders.clone();
		changed[3] = bidder(3, 110);
		int moved = 0;
		char[] owners = table.changedTo(changed).owners();
		for (int slot = 0; slot < SlotBidder.SLOTS; slot++) {
			if (owners[slot] != table.owners()[slot]) {
				assertThat((int) owners[slot]).isEqualTo(3);
				moved++;
			}
		}
		double share = 110.0 / 1010 - 0.1;
		assertThat((double) moved / SlotBidder.SLOTS).isCloseTo(share, within(0.1 * share));
	}

	@ParameterizedTest
	@CsvSource({ "10, 1.03", "100, 1.1", "1000, 1.4" })
	void slotsAreSpreadEvenly(int size, double most) {
		char[] owners = SlotTable.of(bidders(size, false)).owners();
		int[] counts = new int[size];
		for (char owner : owners) {
			counts[owner]++;
		}
		double mean = (double) SlotBidder.SLOTS / size;
		assertThat(Arrays.stream(counts).max().orElseThrow() / mean).isLessThan(most);
		assertThat(Arrays.stream(counts).min().orElseThrow() / mean).isGreaterThan(2 - most);
		assertEven(counts, SlotBidder.SLOTS);
	}

	@ParameterizedTest
	@ValueSource(ints = { 10, 100 })
	void slotsFollowWeights(int size) {
		SlotBidder[] bidders = bidders(size, true);
		char[] owners = SlotTable.of(bidders).owners();
		double[] counts = new double[size];
		for (char owner : owners) {
			counts[owner]++;
		}
		double total = Arrays.stream(bidders).mapToInt(SlotBidder::weight).sum();
		double chiSquare = 0;
		for (int i = 0; i < size; i++) {
			double expected = SlotBidder.SLOTS * bidders[i].weight() / total;
			chiSquare += (counts[i] - expected) * (counts[i] - expected) / expected;
		}
		assertThat(chiSquare).isLessThan(Distribution.chiSquareBound(size - 1));
	}

	private static double time(SlotBidder bidder, int slot) {
		return bidder.time(bidder.rankOf(slot));
	}

	private static SlotBidder[] bidders(int size, boolean weighted) {
		return IntStream.range(0, size)
			.mapToObj((i) -> bidder(i, weighted ? 10 + 17 * i % 190 : 100))
			.toArray(SlotBidder[]::new);
	}

	private static SlotBidder bidder(int i, int weight) {
		return new SlotBidder("10.0." + i / 250 + "." + i % 250 + ":8080", weight);
	}

}
