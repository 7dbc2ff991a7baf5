package io.governance.config;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies a change whole or not at all: check, swap, notify, and back again if that
 * fails. One change at a time; whoever calls this sees to it.
 */
final class ConfigTransaction {

	private static final Logger logger = LoggerFactory.getLogger(ConfigTransaction.class);

	private final LiveState live;

	private final ChangeProgress progress;

	private final Registrations<ConfigValidator> validators = new Registrations<>(
			(validator) -> "validator " + validator.getClass().getName());

	private final Registrations<ConfigObserver> observers = new Registrations<>(
			(observer) -> "observer '" + observer.name() + "'");

	ConfigTransaction(LiveState live, ChangeProgress progress) {
		this.live = live;
		this.progress = progress;
	}

	Registrations<ConfigValidator> validators() {
		return this.validators;
	}

	Registrations<ConfigObserver> observers() {
		return this.observers;
	}

	/**
	 * Puts a state in force that nobody has worked with yet: views are read, but nobody
	 * is asked or told.
	 */
	void start(ConfigUpdate update) {
		this.live.swap(this.live.current().after(update, this.live::read));
	}

	/**
	 * Asks those validators about the state in force that are asked at start.
	 * @param change the change that has led to it
	 * @throws Exception if one of them refuses it
	 */
	void prove(ConfigChange change) throws Exception {
		this.live.show(this.live.current(), () -> {
			for (Registrations.Registration<ConfigValidator> validator : this.validators.members()) {
				if (validator.member().atStart()) {
					validator.call((member) -> member.validate(change));
				}
			}
			return change;
		});
	}

	/**
	 * Applies an update to the state in force.
	 * @throws Exception if a view cannot be read, a validator refuses or an observer
	 * fails; the state in force is the one of before then
	 */
	void apply(ConfigUpdate update) throws Exception {
		this.progress.during(() -> check(update));
	}

	private void check(ConfigUpdate update) throws Exception {
		ConfigState before = this.live.current();
		ConfigChange change = update.change();
		ConfigState next = before.after(update, this.live::read);
		this.live.show(next, () -> {
			if (!change.isEmpty()) {
				for (Registrations.Registration<ConfigValidator> validator : this.validators.members()) {
					this.progress.step(validator.toString());
					validator.call((member) -> member.validate(change));
				}
			}
			this.live.swap(next);
			return next;
		});
		if (!change.isEmpty()) {
			tellObservers(change, before);
		}
	}

	private void tellObservers(ConfigChange change, ConfigState before) {
		Deque<Registrations.Registration<ConfigObserver>> told = new ArrayDeque<>();
		for (Registrations.Registration<ConfigObserver> observer : this.observers.members()) {
			try {
				if (concerns(observer.member(), change)) {
					this.progress.step(observer.toString());
					observer.call((member) -> member.onChange(change));
					told.push(observer);
				}
			}
			catch (Throwable ex) {
				// Errors too: whatever it is, half a change must not stay.
				rollBack(change.reversed(), before, told);
				throw new ObserverFailedException(observer.member().name(), ex);
			}
		}
	}

	private static boolean concerns(ConfigObserver observer, ConfigChange change) {
		Set<String> prefixes = observer.prefixes();
		return prefixes.isEmpty() || prefixes.stream().anyMatch(change::touches);
	}

	private void rollBack(ConfigChange reverse, ConfigState before,
			Deque<Registrations.Registration<ConfigObserver>> told) {
		this.live.restore(before);
		for (Registrations.Registration<ConfigObserver> observer : told) {
			try {
				this.progress.step(observer + ", which takes it back,");
				observer.call((member) -> member.onChange(reverse));
			}
			catch (Throwable ex) {
				logger.error("Observer '{}' could not take a change back ({}): it may hold a mixed state",
						observer.member().name(), FailureTrace.describe(ex));
				logger.debug("Observer '{}' failed", observer.member().name(), FailureTrace.of(ex));
			}
		}
	}

}
