package io.governance.cli;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

class LineDiffTests {

	@Test
	void sameTextsDoNotDiffer() {
		LineDiff diff = LineDiff.between("a: 1\nb: 2\n", "a: 1\nb: 2\n");
		assertThat(diff.isEmpty()).isTrue();
		assertThat(diff.unified("x", "y", 3)).isEmpty();
	}

	@Test
	void changedLineIsShownWithWhatStandsAroundIt() {
		LineDiff diff = LineDiff.between("a: 1\nb: 2\nc: 3\nd: 4\ne: 5\n", "a: 1\nb: 2\nc: 4\nd: 4\ne: 5\n");
		assertThat(diff.unified("old", "new", 1)).containsExactly("--- old", "+++ new", "@@ -2,3 +2,3 @@", " b: 2",
				"-c: 3", "+c: 4", " d: 4");
		assertThat(diff).hasToString("+1 -1 lines");
	}

	@Test
	void missingNewlineAtTheEndIsADifference() {
		LineDiff diff = LineDiff.between("a: 1", "a: 1\n");
		assertThat(diff.unified("old", "new", 3)).containsExactly("--- old", "+++ new", "@@ -1,1 +1,1 @@", "-a: 1",
				"\\ No newline at end of file", "+a: 1");
	}

	@Test
	void emptyTextIsComparedAsWell() {
		assertThat(LineDiff.between("", "a: 1\n").added()).isOne();
		assertThat(LineDiff.between("a: 1\n", "").removed()).isOne();
		assertThat(LineDiff.between("", "").isEmpty()).isTrue();
	}

	@Test
	void largeTextsThatHaveNothingInCommonAreComparedInTime() {
		String before = IntStream.range(0, 100_000).mapToObj((i) -> "a" + i + "\n").collect(Collectors.joining());
		String after = IntStream.range(0, 100_000).mapToObj((i) -> "b" + i + "\n").collect(Collectors.joining());
		LineDiff diff = assertTimeoutPreemptively(Duration.ofSeconds(30),
				() -> LineDiff.between("same\n" + before, "same\n" + after));
		assertThat(diff).hasToString("+100000 -100000 lines");
		assertThat(diff.unified("old", "new", 1)).hasSize(200_004);
	}

}
