package io.governance.gray;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A regular expression that gives up after so many steps, so that no text from outside
 * can keep a thread busy. Thread-safe; allocates nothing as long as one thread at a time
 * uses it.
 */
final class BoundedRegex {

	/** The longest expression, in characters. */
	static final int MAX_PATTERN = 1000;

	/** How often an expression may repeat what need not read anything. */
	static final int MAX_REPEATS = 500;

	/** In how many ways it may be gone through without reading anything. */
	static final int MAX_PATHS = 10_000;

	/** The longest text that is looked at. */
	static final int MAX_TEXT = 4096;

	/** How often characters are read before it gives up: about a millisecond. */
	static final int MAX_READS = 50_000;

	private static final Logger logger = LoggerFactory.getLogger(BoundedRegex.class);

	private final Pattern pattern;

	private final String name;

	/** One that nobody uses at the moment. */
	private final AtomicReference<@Nullable Attempt> idle = new AtomicReference<>();

	private final AtomicBoolean gaveUp = new AtomicBoolean();

	/**
	 * Creates a regular expression.
	 * @param pattern the expression
	 * @param name what it is called in logs
	 */
	BoundedRegex(String pattern, String name) {
		this.pattern = Pattern.compile(pattern);
		this.name = name;
	}

	/**
	 * Whether a text as a whole is as the expression says.
	 * @param text the text
	 * @return {@code false} also for a text that is too long, or takes too many steps
	 */
	boolean matches(String text) {
		if (text.length() > MAX_TEXT) {
			return false;
		}
		Attempt attempt = this.idle.getAndSet(null);
		if (attempt == null) {
			attempt = new Attempt(this.pattern);
		}
		try {
			boolean matches = attempt.matches(text);
			this.idle.lazySet(attempt);
			return matches;
		}
		catch (TooManyReads | StackOverflowError ex) {
			if (this.gaveUp.compareAndSet(false, true)) {
				logger.warn("The regular expression {} gave up on a text: such texts count as not matching (told once)",
						this.name);
			}
			return false;
		}
	}

	/** A text that counts how often it is read. */
	private static final class Attempt implements CharSequence {

		private final Matcher matcher;

		private String text = "";

		private int reads;

		private Attempt(Pattern pattern) {
			this.matcher = pattern.matcher(this);
		}

		private boolean matches(String text) {
			this.text = text;
			this.reads = MAX_READS;
			boolean matches = this.matcher.reset().matches();
			this.text = "";
			return matches;
		}

		@Override
		public char charAt(int index) {
			if (--this.reads < 0) {
				throw TooManyReads.INSTANCE;
			}
			return this.text.charAt(index);
		}

		@Override
		public int length() {
			return this.text.length();
		}

		@Override
		public CharSequence subSequence(int start, int end) {
			return this.text.subSequence(start, end);
		}

		@Override
		public String toString() {
			return this.text;
		}

	}

	/** Ends an attempt. */
	private static final class TooManyReads extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private static final TooManyReads INSTANCE = new TooManyReads();

		private TooManyReads() {
			super("too many steps", null, false, false);
		}

	}

}
