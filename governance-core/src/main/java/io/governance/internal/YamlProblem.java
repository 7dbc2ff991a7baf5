package io.governance.internal;

import io.governance.GovernanceException;

/**
 * YAML that cannot be used, and where.
 */
public final class YamlProblem extends GovernanceException {

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
