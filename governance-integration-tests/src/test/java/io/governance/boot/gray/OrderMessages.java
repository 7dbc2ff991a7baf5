package io.governance.boot.gray;

import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;

/** What docs/lanes.md shows of message brokers, word by word, with a queue as broker. */
class OrderMessages {

	record Message(String body, Map<String, String> headers) {
	}

	private final BlockingQueue<Message> broker = new LinkedBlockingQueue<>();

	private final LaneCarrier carrier;

	OrderMessages(LaneCarrier carrier) {
		this.carrier = carrier;
	}

	void send(String body) {
		this.broker.add(new Message(body, this.carrier.headers()));
	}

	String receive() {
		Message message = this.broker.remove();
		GrayDecision.Scope scope = this.carrier.open(message.headers()::get);
		try {
			return handle(message.body());
		}
		finally {
			scope.close();
		}
	}

	private String handle(String body) {
		return body + " in " + LaneContext.current().laneFor("orders");
	}

}
