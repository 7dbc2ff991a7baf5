package io.governance.boot.refresh;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces some beans of the scope together: all or none. The old objects stay alive
 * until {@link #commit()}, so that they can come back. One thread.
 */
final class Replacement {

	private static final Logger logger = LoggerFactory.getLogger(Replacement.class);

	private final ConcurrentMap<String, ScopedBean> beans;

	private final Set<String> exclusive;

	private final Duration patience;

	private final Thread thread = Thread.currentThread();

	/** What is to be made, and is seen by this thread alone until all of it is. */
	private final Map<String, ScopedBean> candidates = new LinkedHashMap<>();

	private final Map<String, ScopedBean> replaced = new LinkedHashMap<>();

	private final List<String> renewed = new ArrayList<>();

	private boolean making;

	/**
	 * Creates a replacement that has not begun.
	 * @param beans the beans in use
	 * @param exclusive those of which there can be only one object at a time
	 * @param patience how long to wait for the calls on such an object to end
	 */
	Replacement(ConcurrentMap<String, ScopedBean> beans, Set<String> exclusive, Duration patience) {
		this.beans = beans;
		this.exclusive = exclusive;
		this.patience = patience;
	}

	/**
	 * Replaces beans. If one cannot be made, all are as they were, except that beans with
	 * exclusive resources wait for {@link #renew()}.
	 * @param names their names; those that have no object yet get none
	 */
	void replace(Collection<String> names) {
		for (String name : names) {
			ScopedBean old = this.beans.get(name);
			if (old != null && !giveUpUnmade(old)) {
				this.candidates.put(name, old.successor());
			}
		}
		this.making = true;
		try {
			this.candidates.forEach((name, candidate) -> {
				if (!this.exclusive.contains(name)) {
					candidate.make();
				}
			});
			List<String> own = this.candidates.keySet().stream().filter(this.exclusive::contains).toList();
			this.candidates.forEach((name, candidate) -> {
				if (!own.contains(name)) {
					put(name, candidate);
				}
			});
			own.forEach(this::replaceExclusive);
		}
		catch (RuntimeException | Error ex) {
			undo();
			this.candidates.forEach(this::discard);
			throw ex;
		}
		finally {
			this.making = false;
		}
	}

	private void discard(String name, ScopedBean candidate) {
		if (candidate.abandon()) {
			this.beans.replace(name, candidate, candidate.successor());
		}
		else if (!this.renewed.contains(name)) {
			candidate.retire();
		}
	}

	private boolean giveUpUnmade(ScopedBean bean) {
		if (bean.abandon()) {
			// Somebody may be making it of the config of before: once more, then.
			this.beans.replace(bean.name(), bean, bean.successor());
			return true;
		}
		return false;
	}

	private void put(String name, ScopedBean candidate) {
		ScopedBean old = this.beans.put(name, candidate);
		if (old != null) {
			this.replaced.put(name, old);
		}
	}

	private void replaceExclusive(String name) {
		ScopedBean candidate = Objects.requireNonNull(this.candidates.get(name));
		candidate.hold();
		try {
			ScopedBean old = this.beans.put(name, candidate);
			if (old != null) {
				old.retire();
				if (!old.awaitDestroyed(this.patience) && old.readmit()) {
					this.beans.put(name, old);
					throw new IllegalStateException("Bean '" + name + "' is still in use after " + this.patience
							+ ": its old object must be destroyed before there can be a new one");
				}
			}
			this.renewed.add(name);
			candidate.make();
		}
		finally {
			candidate.release();
		}
	}

	/**
	 * The bean that the calling thread should see while the new ones are made, so that
	 * they are made of each other.
	 * @param name its name
	 * @return the bean, or {@code null} if it is the one in use
	 */
	@Nullable ScopedBean candidate(String name) {
		return (this.making && Thread.currentThread() == this.thread) ? this.candidates.get(name) : null;
	}

	/**
	 * Puts the old objects back, except those that are gone since their resource is
	 * exclusive. What was made meanwhile is let go.
	 */
	void undo() {
		this.replaced.forEach((name, old) -> {
			ScopedBean now = this.beans.put(name, old);
			if (now != null && now != old && !now.abandon()) {
				now.retire();
			}
		});
		this.replaced.clear();
	}

	/**
	 * Lets go what was made lazily of config that is not in force any more.
	 * @param names the beans that it may concern
	 */
	void undoLazy(Collection<String> names) {
		for (String name : names) {
			ScopedBean now = this.beans.get(name);
			if (now != null && !this.candidates.containsKey(name) && !giveUpUnmade(now)
					&& this.beans.replace(name, now, now.successor())) {
				now.retire();
			}
		}
	}

	/**
	 * After the config of before is in force again everywhere: makes the beans with
	 * exclusive resources of it.
	 */
	void renew() {
		for (String name : this.renewed) {
			ScopedBean now = this.beans.get(name);
			if (now == null) {
				continue;
			}
			ScopedBean next = now.successor();
			next.hold();
			try {
				this.beans.put(name, next);
				if (!now.abandon()) {
					now.retire();
					if (!now.awaitDestroyed(this.patience)) {
						now.destroy();
					}
				}
				next.make();
			}
			catch (RuntimeException | LinkageError ex) {
				logger.error("Bean '{}' could not be made of the config of before ({}): its next use tries again", name,
						ex.getClass().getName());
				logger.debug("Bean '{}' could not be made of the config of before", name, ex);
			}
			finally {
				next.release();
			}
		}
		this.renewed.clear();
	}

	/**
	 * The new objects stay: the old ones are destroyed when the last call on them has
	 * ended.
	 * @return the names of the beans that were replaced
	 */
	List<String> commit() {
		this.replaced.values().forEach(ScopedBean::retire);
		this.replaced.clear();
		this.renewed.clear();
		return List.copyOf(this.candidates.keySet());
	}

}
