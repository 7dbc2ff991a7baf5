package io.governance.config;

import java.util.Objects;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A typed view of the config that follows every change, whole. {@link #get()} costs a few
 * volatile reads, takes no lock and allocates nothing. Thread-safe.
 *
 * @param <T> the type of the value, which should be immutable
 */
public final class ConfigView<T> implements Supplier<T>, AutoCloseable {

	private final LiveState live;

	private final ConfigState.Definition definition;

	private final int slot;

	/** What this stays at once it is closed. Written before the state says so. */
	private volatile @Nullable ConfigState last;

	ConfigView(LiveState live, ConfigState.Definition definition) {
		this.live = live;
		this.definition = definition;
		this.slot = live.addView(definition);
	}

	/**
	 * The value now: what the last applied snapshot says, that of the lane of the request
	 * that the calling thread works for, if there is config for that lane. The same
	 * object until a change touches it. For the thread that asks a
	 * {@link ConfigValidator} about a change, what it would be.
	 * @return the value
	 */
	@Override
	@SuppressWarnings("unchecked")
	public T get() {
		Object value = this.live.value(this.slot);
		return (T) ((value != ConfigState.CLOSED) ? value : this.live.value(Objects.requireNonNull(this.last), 0));
	}

	/**
	 * Lets no further change ask this view: it stays as it is, and what makes its value
	 * is let go. So is the value, by all but this view. Does not wait for a change that
	 * is being checked. Closing twice does nothing.
	 */
	@Override
	public void close() {
		keep();
		this.definition.close();
		// What was swapped in meanwhile is the last.
		keep();
		this.live.forgetClosed();
	}

	private void keep() {
		ConfigState now = this.live.current();
		if (now.value(this.slot) != ConfigState.CLOSED) {
			this.last = now.only(this.slot);
		}
	}

}
