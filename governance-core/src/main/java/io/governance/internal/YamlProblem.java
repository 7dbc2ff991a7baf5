package io.governance.internal;

import java.util.List;

import io.governance.GovernanceException;
import io.governance.Printable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * YAML that cannot be used, and where. Shows no text of the document but keys.
 */
public final class YamlProblem extends GovernanceException {

	static final String TAG = "has a tag that is not allowed: a text that begins with '!' needs quotes";

	/** What the parser says without quoting the text. */
	private static final List<String> TELLING = List.of("mapping values are not allowed here",
			"mapping keys are not allowed here", "sequence entries are not allowed here", "could not find expected ':'",
			"found unexpected end of stream", "found unexpected document separator", "expected <block end>",
			"expected the node content", "expected ',' or ']'", "expected ',' or '}'", "expected '<document start>'",
			"found duplicate YAML directive");

	private final int line;

	private final int column;

	/**
	 * Creates a problem.
	 * @param line the line, counted from 1; 0 if not known
	 * @param column the column, counted from 1; 0 if not known
	 * @param reason what is wrong
	 */
	public YamlProblem(int line, int column, String reason) {
		super(reason);
		this.line = line;
		this.column = column;
	}

	/**
	 * What a parser has found. Its own words often quote the document, and a password
	 * that begins with {@code *} or {@code !} is an alias or a tag to it: so they are
	 * used only where they are known to quote nothing.
	 */
	static YamlProblem of(YAMLException ex) {
		if (!(ex instanceof MarkedYAMLException marked)) {
			return new YamlProblem(0, 0, reason(String.valueOf(ex.getMessage())));
		}
		Mark mark = (marked.getProblemMark() != null) ? marked.getProblemMark() : marked.getContextMark();
		String reason = reason(String.valueOf(marked.getProblem()));
		return (mark != null) ? new YamlProblem(mark.getLine() + 1, mark.getColumn() + 1, reason)
				: new YamlProblem(0, 0, reason);
	}

	private static String reason(String problem) {
		if (problem.contains("undefined alias")) {
			return "refers to an anchor that is not there: a text that begins with '*' needs quotes";
		}
		if (problem.contains("Global tag") || problem.contains("undefined tag handle")) {
			return TAG;
		}
		if (problem.contains("(TAB)")) {
			return "begins with a tab: use blanks";
		}
		if (problem.contains("cannot start any token")) {
			return "begins with a character that needs quotes";
		}
		if (problem.startsWith("Nesting Depth")) {
			return "is nested too deep";
		}
		if (problem.startsWith("Number of aliases")) {
			return "has too many aliases of lists and mappings";
		}
		if (problem.contains("exceeds the limit")) {
			return "is too long";
		}
		return TELLING.stream()
			.filter(problem::startsWith)
			.findFirst()
			.map((known) -> "is not valid YAML: " + known)
			.orElse("is not valid YAML");
	}

	static String printable(String key) {
		return Printable.of(key, 80);
	}

	/**
	 * The line of the problem.
	 * @return the line, counted from 1; 0 if not known
	 */
	public int line() {
		return this.line;
	}

	/**
	 * The column of the problem.
	 * @return the column, counted from 1; 0 if not known
	 */
	public int column() {
		return this.column;
	}

	/**
	 * What is wrong.
	 * @return the reason
	 */
	public String reason() {
		return String.valueOf(getMessage());
	}

}
