package io.governance.grpc;

import io.grpc.Metadata;

import io.governance.gray.LaneContext;

/**
 * Writes lanes into the metadata of a call. Thread-safe.
 */
@FunctionalInterface
public interface LaneMetadata {

	/** In the header {@code x-governance-lane} alone. */
	LaneMetadata HEADER = new LaneMetadata() {

		private static final Metadata.Key<String> LANE = Metadata.Key.of("x-governance-lane",
				Metadata.ASCII_STRING_MARSHALLER);

		@Override
		public void write(LaneContext lanes, Metadata metadata) {
			metadata.discardAll(LANE);
			if (!lanes.toHeader().isEmpty()) {
				metadata.put(LANE, lanes.toHeader());
			}
		}

	};

	/**
	 * Puts lanes in the place of those that metadata tell.
	 * @param lanes the lanes; {@link LaneContext#STABLE} for none
	 * @param metadata what the call sends
	 */
	void write(LaneContext lanes, Metadata metadata);

}
