package io.governance.consul;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import io.governance.BackendUnavailableException;

/**
 * Finds out which keys do not exist. When Consul lists keys it leaves out, without a word
 * in older versions, what the token may not read. A check of an index is refused then,
 * and needs no right to write as {@code check-not-exists} does. Thread-safe.
 */
final class AbsentKeys {

	/** No key has ever been changed at it, so that no check of it passes. */
	private static final long NO_INDEX = 0;

	private final Function<ConsulRequest, ConsulAnswer> consul;

	/**
	 * Creates it.
	 * @param consul asks a question
	 */
	AbsentKeys(Function<ConsulRequest, ConsulAnswer> consul) {
		this.consul = consul;
	}

	/**
	 * Adds the question for a key to a transaction, which fails by it.
	 * @param key the key
	 * @param transaction the transaction
	 */
	static void ask(String key, ConsulTransaction transaction) {
		transaction.checkIndex(key, NO_INDEX);
	}

	/**
	 * Finds out which keys do not exist: those of one transaction in one moment.
	 * @param keys the keys
	 * @return those that do not exist
	 * @throws BackendUnavailableException if no agent answers, or the token may not read
	 * one of them
	 */
	Set<String> among(Collection<String> keys) {
		List<String> all = new ArrayList<>(keys);
		Set<String> absent = new HashSet<>();
		for (int from = 0; from < all.size(); from += ConsulTransaction.MAX_OPERATIONS) {
			List<String> part = all.subList(from, Math.min(all.size(), from + ConsulTransaction.MAX_OPERATIONS));
			ConsulTransaction transaction = new ConsulTransaction();
			part.forEach((key) -> ask(key, transaction));
			ConsulTransaction.result(this.consul.apply(transaction.read()))
				.absent()
				.forEach((number) -> absent.add(part.get(number)));
		}
		return absent;
	}

}
