package io.governance.boot.refresh;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectFactory;

/**
 * One object of a bean in refresh scope, from before it is made until the last call on it
 * has left and it is destroyed. Calling it takes no lock. Thread-safe.
 */
final class ScopedBean {

	private static final Logger logger = LoggerFactory.getLogger(ScopedBean.class);

	/** Stands in the number of calls for an object that takes no more of them. */
	private static final int RETIRED = Integer.MIN_VALUE;

	private final String name;

	private final ObjectFactory<?> factory;

	private final ThreadLocal<@Nullable ScopedBean> creating;

	private final ReentrantLock making = new ReentrantLock();

	private final AtomicReference<State> state = new AtomicReference<>(State.EMPTY);

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicBoolean destroying = new AtomicBoolean();

	private final CountDownLatch destroyed = new CountDownLatch(1);

	private volatile @Nullable Object object;

	private volatile @Nullable Runnable destruction;

	/**
	 * Creates the place of an object.
	 * @param name the name of the bean
	 * @param factory makes the object
	 * @param creating where a thread finds the bean that it is making
	 */
	ScopedBean(String name, ObjectFactory<?> factory, ThreadLocal<@Nullable ScopedBean> creating) {
		this.name = name;
		this.factory = factory;
		this.creating = creating;
	}

	/**
	 * A place for another object of the same bean.
	 */
	ScopedBean successor() {
		return new ScopedBean(this.name, this.factory, this.creating);
	}

	String name() {
		return this.name;
	}

	/**
	 * The object of a call that has begun.
	 */
	Object object() {
		return Objects.requireNonNull(this.object);
	}

	boolean isMade() {
		return this.state.get() == State.MADE;
	}

	/**
	 * The object, made if it is not there yet.
	 * @return the object, or {@code null} if nobody wants it any more
	 */
	@Nullable Object make() {
		Object known = this.object;
		if (known != null) {
			return known;
		}
		this.making.lock();
		try {
			known = this.object;
			if (known != null || this.state.get() == State.ABANDONED) {
				return known;
			}
			Object made = create();
			if (!this.state.compareAndSet(State.EMPTY, State.MADE)) {
				destroy();
				return null;
			}
			this.object = made;
			return made;
		}
		finally {
			this.making.unlock();
		}
	}

	private Object create() {
		ScopedBean outer = this.creating.get();
		this.creating.set(this);
		try {
			return this.factory.getObject();
		}
		finally {
			if (outer != null) {
				this.creating.set(outer);
			}
			else {
				this.creating.remove();
			}
		}
	}

	/**
	 * Makes others wait for the object until {@link #release()}.
	 */
	void hold() {
		this.making.lock();
	}

	void release() {
		this.making.unlock();
	}

	void onDestruction(Runnable callback) {
		this.destruction = callback;
	}

	/**
	 * Gives a place up that has no object yet; one that is being made is destroyed at
	 * once.
	 * @return {@code false} if the object is there already
	 */
	boolean abandon() {
		return this.state.compareAndSet(State.EMPTY, State.ABANDONED);
	}

	/**
	 * Begins a call.
	 * @return the object, or {@code null} if it takes no calls
	 */
	@Nullable Object enter() {
		Object target = this.object;
		while (target != null) {
			int now = this.calls.get();
			if (now < 0) {
				return null;
			}
			if (this.calls.compareAndSet(now, now + 1)) {
				return target;
			}
		}
		return null;
	}

	/**
	 * Ends a call. The last one to leave an object that has been replaced destroys it.
	 */
	void leave() {
		if (this.calls.decrementAndGet() == RETIRED) {
			destroy();
		}
	}

	/**
	 * Lets no further call in, and destroys the object as soon as the last one has left.
	 */
	void retire() {
		if (this.calls.getAndUpdate((now) -> now | RETIRED) == 0) {
			destroy();
		}
	}

	/**
	 * Waits until the object is destroyed, after {@link #retire()}.
	 * @return whether it is
	 */
	boolean awaitDestroyed(Duration atMost) {
		try {
			return this.destroyed.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Takes {@link #retire()} back.
	 * @return {@code false} if it is too late
	 */
	boolean readmit() {
		while (true) {
			int now = this.calls.get();
			if (now == RETIRED) {
				return false;
			}
			if (this.calls.compareAndSet(now, now & ~RETIRED)) {
				return true;
			}
		}
	}

	/**
	 * Destroys the object whether or not it is in use.
	 */
	void destroy() {
		Runnable callback = this.destruction;
		if (this.destroying.compareAndSet(false, true)) {
			try {
				if (callback != null) {
					callback.run();
				}
			}
			catch (RuntimeException | LinkageError ex) {
				logger.warn("Bean '{}' could not be destroyed: {}", this.name, ex.getClass().getName());
				logger.debug("Bean '{}' could not be destroyed", this.name, ex);
			}
			finally {
				this.destroyed.countDown();
			}
		}
	}

	private enum State {

		EMPTY, MADE, ABANDONED

	}

}
