package io.governance.cli;

import java.util.ArrayList;
import java.util.List;

import com.github.difflib.DiffUtils;
import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import com.github.difflib.patch.AbstractDelta;
import com.github.difflib.patch.ChangeDelta;
import com.github.difflib.patch.Chunk;
import com.github.difflib.patch.Patch;

/**
 * How two texts differ, line by line. Immutable. Shows the texts, and so what is secret
 * in them.
 */
final class LineDiff {

	/**
	 * How much work a comparison may be, in pairs of lines; what is more is shown as
	 * replaced in whole.
	 */
	private static final long MAX_PAIRS = 25_000_000;

	private static final String NO_NEWLINE = "\n\\ No newline at end of file";

	private final List<String> before;

	private final Patch<String> patch;

	private LineDiff(List<String> before, Patch<String> patch) {
		this.before = before;
		this.patch = patch;
	}

	/**
	 * Compares two texts.
	 * @param before the older one
	 * @param after the newer one
	 * @return how they differ
	 */
	static LineDiff between(String before, String after) {
		List<String> from = lines(before);
		List<String> to = lines(after);
		int start = 0;
		while (start < Math.min(from.size(), to.size()) && from.get(start).equals(to.get(start))) {
			start++;
		}
		int end = 0;
		while (end < Math.min(from.size(), to.size()) - start
				&& from.get(from.size() - 1 - end).equals(to.get(to.size() - 1 - end))) {
			end++;
		}
		long pairs = (long) (from.size() - start - end) * (to.size() - start - end);
		if (pairs <= MAX_PAIRS) {
			return new LineDiff(from, joined(DiffUtils.diff(from, to, new MyersDiffWithLinearSpace<>())));
		}
		Patch<String> replaced = new Patch<>();
		replaced.addDelta(new ChangeDelta<>(new Chunk<>(start, from.subList(start, from.size() - end)),
				new Chunk<>(start, to.subList(start, to.size() - end))));
		return new LineDiff(from, replaced);
	}

	/**
	 * What is removed and added at one place becomes one change: the algorithm that needs
	 * little memory tells it apart.
	 */
	private static Patch<String> joined(Patch<String> patch) {
		Patch<String> joined = new Patch<>();
		Chunk<String> source = new Chunk<>(0, List.of());
		Chunk<String> target = source;
		for (AbstractDelta<String> delta : patch.getDeltas()) {
			if (follows(source, delta.getSource()) && follows(target, delta.getTarget())) {
				source = join(source, delta.getSource());
				target = join(target, delta.getTarget());
			}
			else {
				add(joined, source, target);
				source = delta.getSource();
				target = delta.getTarget();
			}
		}
		add(joined, source, target);
		return joined;
	}

	private static boolean follows(Chunk<String> first, Chunk<String> second) {
		return first.getPosition() + first.size() == second.getPosition();
	}

	private static Chunk<String> join(Chunk<String> first, Chunk<String> second) {
		List<String> lines = new ArrayList<>(first.getLines());
		lines.addAll(second.getLines());
		return new Chunk<>(first.getPosition(), lines);
	}

	private static void add(Patch<String> patch, Chunk<String> source, Chunk<String> target) {
		if (source.size() + target.size() > 0) {
			patch.addDelta(new ChangeDelta<>(source, target));
		}
	}

	/** The lines; the last one is another one if it does not end. */
	private static List<String> lines(String text) {
		List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
		int last = lines.size() - 1;
		String open = lines.remove(last);
		if (!open.isEmpty()) {
			lines.add(open + NO_NEWLINE);
		}
		return lines;
	}

	/**
	 * Whether the texts are the same.
	 * @return {@code true} if they are
	 */
	boolean isEmpty() {
		return this.patch.getDeltas().isEmpty();
	}

	/**
	 * How many lines are new.
	 * @return the number of lines that only the newer text has
	 */
	int added() {
		return this.patch.getDeltas().stream().map(AbstractDelta::getTarget).mapToInt(Chunk::size).sum();
	}

	/**
	 * How many lines are gone.
	 * @return the number of lines that only the older text has
	 */
	int removed() {
		return this.patch.getDeltas().stream().map(AbstractDelta::getSource).mapToInt(Chunk::size).sum();
	}

	/**
	 * The difference in the unified format, which {@code patch} and people read.
	 * @param before what the older text is called
	 * @param after what the newer text is called
	 * @param context how many unchanged lines are shown around each change
	 * @return the lines of the difference; none if the texts are the same
	 */
	List<String> unified(String before, String after, int context) {
		return UnifiedDiffUtils.generateUnifiedDiff(before, after, this.before, this.patch, context)
			.stream()
			.flatMap((line) -> List.of(line.split("\n", -1)).stream())
			.toList();
	}

	@Override
	public String toString() {
		return "+" + added() + " -" + removed() + " lines";
	}

}
