package io.governance.etcd;

import java.util.SortedMap;

/**
 * What was read at one revision.
 *
 * @param position when
 * @param entries what is there, by key
 */
record Snapshot(Timeline.Position position, SortedMap<String, Entry> entries) {

	/**
	 * What a key holds.
	 *
	 * @param value its value; empty if only keys were asked for
	 * @param modified the revision at which it was last written
	 * @param created the revision at which it was created
	 * @param lease the lease that it lives as long as, or 0
	 */
	@SuppressWarnings("ArrayRecordComponent")
	record Entry(byte[] value, long modified, long created, long lease) {

		static Entry of(io.etcd.jetcd.KeyValue kv) {
			return new Entry(kv.getValue().getBytes(), kv.getModRevision(), kv.getCreateRevision(), kv.getLease());
		}

	}

}
