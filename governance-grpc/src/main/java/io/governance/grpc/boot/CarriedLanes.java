package io.governance.grpc.boot;

import java.util.ArrayList;
import java.util.List;

import io.grpc.Metadata;
import org.jspecify.annotations.Nullable;

import io.governance.boot.gray.LaneCarrier;
import io.governance.gray.LaneContext;
import io.governance.grpc.LaneMetadata;

/**
 * Lanes in the metadata of calls, in the same words as in the headers of HTTP.
 * Thread-safe.
 */
final class CarriedLanes implements LaneMetadata {

	private final LaneCarrier carrier;

	CarriedLanes(LaneCarrier carrier) {
		this.carrier = carrier;
	}

	@Override
	public void write(LaneContext lanes, Metadata metadata) {
		this.carrier.write(lanes, (name) -> lines(metadata, name), (name, value) -> {
			Metadata.Key<String> key = key(name);
			if (key != null) {
				metadata.discardAll(key);
				if (value != null) {
					metadata.put(key, value);
				}
			}
		});
	}

	/** All lines of a header; none of one that gRPC knows no text of. */
	static List<String> lines(Metadata metadata, String name) {
		Metadata.Key<String> key = key(name);
		Iterable<String> values = (key != null) ? metadata.getAll(key) : null;
		if (values == null) {
			return List.of();
		}
		List<String> lines = new ArrayList<>(1);
		values.forEach(lines::add);
		return lines;
	}

	/** None for a name that is fine over HTTP, such as X!Y, or one of binary metadata. */
	private static Metadata.@Nullable Key<String> key(String name) {
		try {
			return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
