package io.governance.testkit;

import java.util.function.Consumer;

/**
 * What may become of the way to a server.
 */
enum Fault {

	/** Connections end, and new ones are refused. */
	CUT(FaultyConnection::cut),

	/** Connections stay, and nothing comes. */
	HANG(FaultyConnection::hang);

	private final Consumer<FaultyConnection> action;

	Fault(Consumer<FaultyConnection> action) {
		this.action = action;
	}

	/** Lets it happen to a way. */
	void happenTo(FaultyConnection way) {
		this.action.accept(way);
	}

}
