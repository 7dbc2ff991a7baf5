package io.governance.boot.gray;

import org.springframework.http.HttpHeaders;

import io.governance.gray.LaneContext;

/** Writes lanes into headers of HTTP as Spring has them. Immutable. */
final class LaneHeaders {

	private final LaneCarrier carrier;

	LaneHeaders(LaneCarrier carrier) {
		this.carrier = carrier;
	}

	/** Whether {@link #write} has anything to do. */
	boolean changes(LaneContext lanes, HttpHeaders headers) {
		return this.carrier.changes(lanes, headers::getOrEmpty);
	}

	/** What the application put there itself is not sent. */
	void write(LaneContext lanes, HttpHeaders headers) {
		this.carrier.write(lanes, headers::getOrEmpty, (name, value) -> {
			if (value != null) {
				headers.set(name, value);
			}
			else {
				headers.remove(name);
			}
		});
	}

}
