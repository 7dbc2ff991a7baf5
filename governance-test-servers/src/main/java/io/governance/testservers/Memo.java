package io.governance.testservers;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Computes a value once, at first use. A failure is kept as well: what could not be had
 * once is not tried again for every test.
 */
final class Memo<T> {

	private final Supplier<T> supplier;

	private @Nullable T value;

	private @Nullable RuntimeException failure;

	Memo(Supplier<T> supplier) {
		this.supplier = supplier;
	}

	synchronized T get() {
		if (this.failure != null) {
			throw new IllegalStateException(this.failure.getMessage(), this.failure);
		}
		if (this.value == null) {
			try {
				this.value = this.supplier.get();
			}
			catch (RuntimeException ex) {
				this.failure = ex;
				throw ex;
			}
		}
		return this.value;
	}

}
