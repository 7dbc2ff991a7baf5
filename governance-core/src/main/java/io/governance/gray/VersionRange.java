package io.governance.gray;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A range of {@linkplain SemanticVersion versions}, such as {@code >=2.1.0 <3 || ^4.2}.
 * Immutable; allocates nothing when it is asked.
 * <p>
 * Where a bound leaves numbers out, prereleases of what it names are outside:
 * {@code >=2.1 <3} holds neither {@code 2.1.0-rc.1} nor {@code 3.0.0-beta}. Bounds that
 * are written in full go by the order of versions alone.
 */
final class VersionRange {

	private static final Pattern COMPARATOR = Pattern
		.compile("(>=|<=|>|<|=|\\^|~)?\\s*(\\*|[xX]|\\d[^\\s|<>=^~]*)(?:\\s+|$)");

	private static final Pattern PARTIAL = Pattern
		.compile("(0|[1-9][0-9]{0,8})(?:\\.(0|[1-9][0-9]{0,8}|[xX*]))?(?:\\.[xX*])?");

	private static final Pattern FULL = Pattern
		.compile("(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})\\.(0|[1-9][0-9]{0,8})([-+].*)?");

	private final Interval[][] alternatives;

	private VersionRange(List<List<Interval>> alternatives) {
		this.alternatives = alternatives.stream().map((all) -> all.toArray(Interval[]::new)).toArray(Interval[][]::new);
	}

	/**
	 * Reads a range.
	 * @param text the text
	 * @return the range
	 * @throws IllegalArgumentException if it is none
	 */
	static VersionRange parse(String text) {
		if (text.length() > 1000) {
			throw new IllegalArgumentException("Longer than 1000 characters");
		}
		List<List<Interval>> alternatives = new ArrayList<>();
		for (String part : text.split("\\|\\|", -1)) {
			alternatives.add(intervals(part.strip()));
		}
		return new VersionRange(alternatives);
	}

	private static List<Interval> intervals(String text) {
		List<Interval> intervals = new ArrayList<>();
		Matcher matcher = COMPARATOR.matcher(text);
		int at = 0;
		while (at < text.length() && matcher.find() && matcher.start() == at) {
			intervals.add(interval((matcher.group(1) != null) ? matcher.group(1) : "", matcher.group(2)));
			at = matcher.end();
		}
		if (at < text.length() || intervals.isEmpty()) {
			throw new IllegalArgumentException("Not a comparison with a version");
		}
		return intervals;
	}

	private static Interval interval(String operator, String version) {
		if (version.equals("*") || version.equalsIgnoreCase("x")) {
			if (!operator.isEmpty()) {
				throw new IllegalArgumentException("An operator before any version");
			}
			return new Interval(null, true, null, false);
		}
		Matcher full = FULL.matcher(version);
		if (full.matches() && SemanticVersion.isValid(version)) {
			return ofFull(operator, version, number(full, 1), number(full, 2), number(full, 3));
		}
		Matcher partial = PARTIAL.matcher(version);
		if (!partial.matches()) {
			throw new IllegalArgumentException("Not a version");
		}
		String minor = partial.group(2);
		boolean whole = minor == null || !Character.isDigit(minor.charAt(0));
		return ofPartial(operator, number(partial, 1), whole ? -1 : number(partial, 2));
	}

	private static int number(Matcher matcher, int group) {
		return Integer.parseInt(matcher.group(group));
	}

	private static Interval ofFull(String operator, String version, int major, int minor, int patch) {
		return switch (operator) {
			case ">=" -> new Interval(version, true, null, false);
			case ">" -> new Interval(version, false, null, false);
			case "<=" -> new Interval(null, true, version, true);
			case "<" -> new Interval(null, true, version, false);
			case "~" -> new Interval(version, true, before(major, minor + 1, 0), false);
			case "^" -> new Interval(version, true, (major > 0) ? before(major + 1, 0, 0)
					: (minor > 0) ? before(0, minor + 1, 0) : before(0, 0, patch + 1), false);
			default -> new Interval(version, true, version, true);
		};
	}

	/** A minor of -1 stands for none. */
	private static Interval ofPartial(String operator, int major, int minor) {
		String first = major + "." + Math.max(0, minor) + ".0";
		String beforeFirst = first + "-0";
		String next = (minor < 0) ? before(major + 1, 0, 0) : before(major, minor + 1, 0);
		return switch (operator) {
			case ">=" -> new Interval(first, true, null, false);
			case ">" -> new Interval(next.substring(0, next.length() - 2), true, null, false);
			case "<=" -> new Interval(null, true, next, false);
			case "<" -> new Interval(null, true, beforeFirst, false);
			case "^" -> new Interval(first, true, (major > 0 || minor < 0) ? before(major + 1, 0, 0) : next, false);
			default -> new Interval(first, true, next, false);
		};
	}

	/** The lowest prerelease of a version. */
	private static String before(int major, int minor, int patch) {
		return major + "." + minor + "." + patch + "-0";
	}

	/**
	 * Whether a version is in the range.
	 * @param version the version
	 * @return {@code false} also for what is no version
	 */
	boolean contains(String version) {
		long place = SemanticVersion.place(version);
		if (place < 0 && !SemanticVersion.isValid(version)) {
			return false;
		}
		for (Interval[] all : this.alternatives) {
			if (inEach(all, version, place)) {
				return true;
			}
		}
		return false;
	}

	private static boolean inEach(Interval[] all, String version, long place) {
		for (Interval interval : all) {
			if (!interval.contains(version, place)) {
				return false;
			}
		}
		return true;
	}

	/** What lies between two versions, of which either may be missing. */
	private record Interval(@Nullable Bound from, @Nullable Bound to) {

		Interval(@Nullable String from, boolean withFrom, @Nullable String to, boolean withTo) {
			this((from != null) ? Bound.of(from, withFrom) : null, (to != null) ? Bound.of(to, withTo) : null);
		}

		boolean contains(String version, long place) {
			if (this.from != null) {
				int order = this.from.order(version, place);
				if (order < 0 || (order == 0 && !this.from.included)) {
					return false;
				}
			}
			if (this.to != null) {
				int order = this.to.order(version, place);
				return order < 0 || (order == 0 && this.to.included);
			}
			return true;
		}

	}

	/** A version at the end of an interval, and whether it belongs to it. */
	private record Bound(String version, long place, boolean included) {

		static Bound of(String version, boolean included) {
			String release = version.split("[-+]", 2)[0];
			long place = SemanticVersion.place(release);
			boolean prerelease = version.startsWith("-", release.length());
			return new Bound(version, (place >= 0 && prerelease) ? place - 1 : place, included);
		}

		/** Negative for what comes before it. A release is told by its place alone. */
		int order(String other, long otherPlace) {
			return (this.place >= 0 && otherPlace >= 0) ? Long.compare(otherPlace, this.place)
					: SemanticVersion.compare(other, this.version);
		}

	}

}
