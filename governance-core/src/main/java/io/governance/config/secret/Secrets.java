package io.governance.config.secret;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import io.governance.DaemonThreads;
import org.jspecify.annotations.Nullable;

/**
 * Opens the encrypted values of documents, each with the decryptor that it names, within
 * a time that is bounded. Thread-safe.
 */
public final class Secrets implements AutoCloseable {

	/** The time that is granted unless another one is set. */
	public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

	private final Map<String, Decryptor> decryptors = new TreeMap<>();

	private final Duration timeout;

	private final AtomicBoolean closed = new AtomicBoolean();

	/** At most one thread: a decryptor that hangs holds no more than that. */
	private final ThreadPoolExecutor worker = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS,
			new LinkedBlockingQueue<>(), new DaemonThreads("governance-decrypt"));

	private volatile @Nullable Call overdue;

	/**
	 * Secrets that some decryptors can open.
	 * @param decryptors the decryptors, which are closed along with this
	 * @param timeout how long all values of one change may take together
	 * @throws IllegalArgumentException if two have the same name, or one has a name that
	 * cannot be written
	 */
	public Secrets(Collection<? extends Decryptor> decryptors, Duration timeout) {
		this.timeout = timeout;
		this.worker.allowCoreThreadTimeOut(true);
		for (Decryptor decryptor : decryptors) {
			String name = decryptor.name();
			if (!name.matches("[a-z][a-z0-9-]*")) {
				throw new IllegalArgumentException("The name of a decryptor is made of lower-case letters, digits "
						+ "and dashes: " + decryptor.getClass().getName());
			}
			if (this.decryptors.putIfAbsent(name, decryptor) != null) {
				throw new IllegalArgumentException("There are two decryptors for '" + name + "'");
			}
		}
	}

	/**
	 * No decryptor at all: an encrypted value is refused.
	 * @return secrets that open nothing
	 */
	public static Secrets none() {
		return new Secrets(List.of(), DEFAULT_TIMEOUT);
	}

	/**
	 * Whether a value is an encrypted one.
	 * @param value the value as it stands in the document
	 * @return {@code true} if it is to be opened
	 */
	public static boolean isEncrypted(Object value) {
		return value instanceof String text && text.startsWith(SecretBox.PREFIX);
	}

	/**
	 * Begins to open the values of one change; the time runs from here.
	 * @return opens one value after the other, until the time is over
	 */
	public Opener begin() {
		long start = System.nanoTime();
		return (property, value) -> open(property, value, this.timeout.toNanos() - (System.nanoTime() - start));
	}

	private String open(String property, String value, long nanos) {
		String text = value.substring(SecretBox.PREFIX.length());
		int colon = text.indexOf(':');
		Decryptor decryptor = (colon > 0) ? this.decryptors.get(text.substring(0, colon)) : null;
		if (decryptor == null) {
			throw unknown(colon > 0 && text.substring(0, colon).equals(SecretBox.NAME));
		}
		String cipherText = text.substring(colon + 1);
		return (decryptor instanceof SecretBox box) ? box.decrypt(property, cipherText)
				: bounded(decryptor, property, cipherText, nanos);
	}

	/**
	 * Shows nothing of the value: somebody may have written a secret as it is.
	 */
	private DecryptionException unknown(boolean ownForm) {
		return new DecryptionException(
				ownForm ? "is encrypted, and this application has no key: set governance.secrets.key-file"
						: "is encrypted in a form that is not known here: after " + SecretBox.PREFIX
								+ " comes the name of a decryptor and a colon, and there is "
								+ (this.decryptors.isEmpty() ? "none" : this.decryptors.keySet()));
	}

	private String bounded(Decryptor decryptor, String property, String cipherText, long nanos) {
		Call earlier = this.overdue;
		if (earlier != null && earlier.running) {
			throw new DecryptionException("cannot be decrypted: '" + earlier.decryptor.name()
					+ "' has not ended an earlier call, although it was interrupted");
		}
		Call call = new Call(decryptor, property, cipherText);
		Future<@Nullable String> answer = this.worker.submit(call);
		try {
			String plain = answer.get(Math.max(nanos, 0), TimeUnit.NANOSECONDS);
			if (plain == null) {
				throw new DecryptionException("cannot be decrypted: '" + decryptor.name() + "' gave nothing");
			}
			return plain;
		}
		catch (TimeoutException ex) {
			giveUp(call, answer);
			throw new DecryptionException("cannot be decrypted: '" + decryptor.name() + "' did not answer within "
					+ this.timeout.toMillis() + " ms");
		}
		catch (InterruptedException ex) {
			giveUp(call, answer);
			Thread.currentThread().interrupt();
			throw new DecryptionException("was not decrypted: interrupted");
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof DecryptionException known) {
				throw known;
			}
			// Not as a cause: its message may show anything.
			throw new DecryptionException("cannot be decrypted: '" + decryptor.name() + "' failed with "
					+ Objects.requireNonNullElse(ex.getCause(), ex).getClass().getName());
		}
	}

	private void giveUp(Call call, Future<?> answer) {
		answer.cancel(true);
		if (call.running) {
			this.overdue = call;
		}
	}

	/**
	 * Closes the decryptors, once.
	 */
	@Override
	public void close() {
		if (this.closed.compareAndSet(false, true)) {
			this.worker.shutdownNow();
			this.decryptors.values().forEach(Decryptor::close);
		}
	}

	@Override
	public String toString() {
		return "decryptors " + this.decryptors.keySet();
	}

	private static final class Call implements Callable<@Nullable String> {

		private final Decryptor decryptor;

		private final String property;

		private final String cipherText;

		private volatile boolean running;

		Call(Decryptor decryptor, String property, String cipherText) {
			this.decryptor = decryptor;
			this.property = property;
			this.cipherText = cipherText;
		}

		@Override
		public @Nullable String call() throws Exception {
			this.running = true;
			try {
				return this.decryptor.decrypt(this.property, this.cipherText);
			}
			finally {
				this.running = false;
			}
		}

	}

	/**
	 * Opens encrypted values.
	 */
	@FunctionalInterface
	public interface Opener {

		/**
		 * Opens a value.
		 * @param property the property that has it
		 * @param value the value as it stands in the document
		 * @return the plain text
		 * @throws DecryptionException if it cannot be opened
		 */
		String open(String property, String value);

	}

}
