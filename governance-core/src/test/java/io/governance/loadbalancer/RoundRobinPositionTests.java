package io.governance.loadbalancer;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RoundRobinPositionTests {

	@ParameterizedTest
	@CsvSource({ "1, 4", "2, 8", "3, 16", "8, 32", "16, 64", "64, 64", "1000, 64" })
	void hasFourStripesForEachProcessor(int processors, int stripes) {
		assertThat(new RoundRobinPosition(0, processors).stripeCount()).isEqualTo(stripes);
	}

	@Test
	void goesOverToStripesAfterManyCollisionsWithinOneWindow() {
		RoundRobinPosition position = new RoundRobinPosition(0, 2);
		for (int i = 1; i < RoundRobinPosition.MAX_COLLISIONS; i++) {
			assertThat(position.collided(i)).isFalse();
		}
		assertThat(position.collided(1000)).isTrue();
	}

	@Test
	void rareCollisionsNeverLeadToStripes() {
		RoundRobinPosition position = new RoundRobinPosition(0, 2);
		for (long i = 0; i < 100_000; i++) {
			long picks = i * RoundRobinPosition.WINDOW_PICKS / (RoundRobinPosition.MAX_COLLISIONS - 1);
			assertThat(position.collided(picks)).isFalse();
		}
	}

	@Test
	void pickersOfDifferentSizesMayUseItAtTheSameTime() {
		RoundRobinPosition position = new RoundRobinPosition(7, 2);
		assertThat(position.next(10)).isEqualTo(7);
		assertThat(position.next(3)).isEqualTo(2);
		assertThat(position.next(3)).isZero();
		assertThat(position.next(10)).isEqualTo(1);
		assertThat(position.next(10)).isEqualTo(2);
	}

	@Test
	void movesToAnotherIndex() {
		RoundRobinPosition position = new RoundRobinPosition(7, 2);
		position.moveTo(2, 4);
		assertThat(position.next(4)).isEqualTo(2);
		assertThat(position.next(4)).isEqualTo(3);
		position.stripe(4);
		position.moveTo(5, 8);
		assertThat(position.stripeStarts()).containsExactly(5, 6, 7, 0, 1, 2, 3, 4);
	}

	@Test
	void stripesBeginApart() {
		RoundRobinPosition position = new RoundRobinPosition(3, 2);
		position.stripe(16);
		assertThat(position.striped()).isTrue();
		assertThat(position.stripeStarts()).containsExactly(3, 5, 7, 9, 11, 13, 15, 1);
	}

}
