package io.governance.backend.support;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one listener, one call at a time, on threads that are not the watcher's. While
 * the listener is busy only the newest state is kept for it; what it has been told
 * already is not told again. Thread-safe.
 *
 * @param <T> the type of the state
 */
final class Delivery<T> implements Subscription {

	private static final Logger logger = LoggerFactory.getLogger(Delivery.class);

	private static final long CLOSE_PATIENCE = TimeUnit.SECONDS.toNanos(1);

	private final String what;

	private final Executor executor;

	private final ConnectionLog log;

	private final BiPredicate<T, T> same;

	private final Consumer<T> onState;

	private final Consumer<ConnectionState> onConnection;

	private final Consumer<Delivery<T>> onClose;

	private @Nullable T next;

	private @Nullable T told;

	private ConnectionState connection = ConnectionState.CONNECTED;

	private ConnectionState toldConnection = ConnectionState.CONNECTED;

	private boolean scheduled;

	private boolean closed;

	private @Nullable Thread teller;

	/**
	 * Creates a delivery.
	 * @param what what is watched, for the log
	 * @param executor runs the listener
	 * @param log told of a lost connection
	 * @param same whether two states are the same to the listener
	 * @param onState the listener
	 * @param onConnection the listener for the connection
	 * @param onClose told when this is closed by its owner
	 */
	Delivery(String what, Executor executor, ConnectionLog log, BiPredicate<T, T> same, Consumer<T> onState,
			Consumer<ConnectionState> onConnection, Consumer<Delivery<T>> onClose) {
		this.what = what;
		this.executor = executor;
		this.log = log;
		this.same = same;
		this.onState = onState;
		this.onConnection = onConnection;
		this.onClose = onClose;
	}

	/**
	 * The state is known to be this one: the backend can be reached.
	 * @param state the state
	 */
	synchronized void offer(T state) {
		connection(ConnectionState.CONNECTED, "");
		this.next = state;
		schedule();
	}

	/**
	 * The state cannot be known.
	 * @param reason why, for the log
	 */
	synchronized void lost(String reason) {
		connection(ConnectionState.DISCONNECTED, reason);
		schedule();
	}

	private void connection(ConnectionState state, String reason) {
		if (state != this.connection && !this.closed) {
			this.connection = state;
			if (state == ConnectionState.DISCONNECTED) {
				this.log.lost(this, this.what, reason);
			}
			else {
				this.log.recovered(this);
			}
		}
	}

	private void schedule() {
		if (!this.scheduled && !this.closed && hasNews()) {
			this.scheduled = true;
			try {
				this.executor.execute(this::run);
			}
			catch (RejectedExecutionException ex) {
				this.closed = true;
			}
			catch (Error ex) {
				// No thread could be made: the next news tries again.
				this.scheduled = false;
				throw ex;
			}
		}
	}

	private boolean hasNews() {
		return this.connection != this.toldConnection || this.next != null;
	}

	private void run() {
		Runnable news = nextNews();
		while (news != null) {
			try {
				news.run();
			}
			catch (Throwable ex) {
				logger.warn("The listener for {} failed; it is told of the next change all the same", this.what, ex);
			}
			news = nextNews();
		}
	}

	private synchronized @Nullable Runnable nextNews() {
		this.teller = null;
		notifyAll();
		if (!this.closed && this.connection != this.toldConnection) {
			ConnectionState state = this.connection;
			this.toldConnection = state;
			this.teller = Thread.currentThread();
			return () -> this.onConnection.accept(state);
		}
		T state = this.next;
		this.next = null;
		if (!this.closed && state != null && (this.told == null || !this.same.test(this.told, state))) {
			this.told = state;
			this.teller = Thread.currentThread();
			return () -> this.onState.accept(state);
		}
		this.scheduled = false;
		return null;
	}

	/**
	 * Ends the delivery without waiting for the listener.
	 */
	synchronized void end() {
		this.closed = true;
		this.next = null;
		this.log.forget(this);
	}

	@Override
	public void close() {
		synchronized (this) {
			if (this.closed) {
				return;
			}
			end();
			awaitTeller();
		}
		this.onClose.accept(this);
	}

	private synchronized void awaitTeller() {
		long deadline = System.nanoTime() + CLOSE_PATIENCE;
		long left = CLOSE_PATIENCE;
		try {
			while (this.teller != null && this.teller != Thread.currentThread() && left > 0) {
				TimeUnit.NANOSECONDS.timedWait(this, left);
				left = deadline - System.nanoTime();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
