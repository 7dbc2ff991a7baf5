package io.governance.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * What somebody may have meant who wrote a word that is not known.
 */
public final class Spelling {

	private Spelling() {
	}

	/**
	 * The end of a message about an unknown word.
	 * @param word the word
	 * @param known the words that are known
	 * @return the word that was probably meant, if there is one, and all that are known
	 */
	public static String didYouMean(String word, Collection<String> known) {
		String all = "known: " + String.join(", ", known);
		return closest(word, known).map((candidate) -> ": did you mean '" + candidate + "'? (" + all + ")")
			.orElse("; " + all);
	}

	/**
	 * The word that was probably meant.
	 * @param word the word
	 * @param known the words that are known
	 * @return the known word that is most alike, or empty if none is
	 */
	public static Optional<String> closest(String word, Collection<String> known) {
		if (word.length() > 64) {
			return Optional.empty();
		}
		return known.stream()
			.filter((candidate) -> distance(word, candidate) <= (candidate.length() + 2) / 3)
			.min(Comparator.comparingInt((candidate) -> distance(word, candidate)));
	}

	/**
	 * The number of letters to insert, remove or replace to get from one to the other.
	 */
	private static int distance(String a, String b) {
		int[] row = new int[b.length() + 1];
		for (int j = 0; j < row.length; j++) {
			row[j] = j;
		}
		for (int i = 1; i <= a.length(); i++) {
			int diagonal = row[0];
			row[0] = i;
			for (int j = 1; j < row.length; j++) {
				int replace = diagonal
						+ ((Character.toLowerCase(a.charAt(i - 1)) != Character.toLowerCase(b.charAt(j - 1))) ? 1 : 0);
				diagonal = row[j];
				row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
			}
		}
		return row[b.length()];
	}

}
