package io.governance.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of a connection through a proxy: what was read and is not yet written.
 * Used by the proxy's thread alone.
 */
final class ProxyFlow {

	private static final int CHUNK = 16 * 1024;

	private static final int MOST_HELD = 4 * 1024 * 1024;

	private final SocketChannel from;

	private final SocketChannel to;

	private final Deque<Chunk> held = new ArrayDeque<>();

	private long heldBytes;

	private boolean read;

	private boolean ended;

	private boolean full;

	ProxyFlow(SocketChannel from, SocketChannel to) {
		this.from = from;
		this.to = to;
	}

	void move(long now, long delayNanos, boolean stalled) throws IOException {
		read(now + delayNanos);
		if (!stalled) {
			// A delay that was lifted holds nothing back.
			write((delayNanos > 0) ? now : Long.MAX_VALUE);
		}
	}

	private void read(long due) throws IOException {
		while (!this.read && this.heldBytes < MOST_HELD) {
			ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
			int count = this.from.read(buffer);
			if (count == 0) {
				return;
			}
			this.read = count < 0;
			this.heldBytes += Math.max(0, count);
			this.held.add(new Chunk(buffer.flip(), due));
		}
	}

	private void write(long now) throws IOException {
		this.full = false;
		while (!this.held.isEmpty() && !this.ended && (now == Long.MAX_VALUE || this.held.element().due() - now <= 0)) {
			ByteBuffer bytes = this.held.element().bytes();
			this.heldBytes -= this.to.write(bytes);
			if (bytes.hasRemaining()) {
				this.full = true;
				return;
			}
			this.held.remove();
			if (this.read && this.held.isEmpty()) {
				this.ended = true;
				this.to.shutdownOutput();
			}
		}
	}

	boolean isEnded() {
		return this.ended;
	}

	int readInterest() {
		return (!this.read && this.heldBytes < MOST_HELD) ? SelectionKey.OP_READ : 0;
	}

	int writeInterest() {
		return this.full ? SelectionKey.OP_WRITE : 0;
	}

	/** The largest number if nothing waits for its time. */
	long nanosToNextWrite(long now) {
		return (this.held.isEmpty() || this.full) ? Long.MAX_VALUE : Math.max(0, this.held.element().due() - now);
	}

	/** Bytes and when they may go on. Without bytes, the end. */
	private record Chunk(ByteBuffer bytes, long due) {

	}

}
