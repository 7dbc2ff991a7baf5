package io.governance.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import io.governance.BackendUnavailableException;
import io.governance.backend.support.InstanceRecord;
import io.governance.registry.Instance;
import io.governance.registry.Registry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Own instances as keys, {@code services/{namespace}/{service}/{instanceId}}, all of them
 * under one lease, so that a process with a thousand of them renews no more than one with
 * a single one.
 * <p>
 * A key that vanished is not written again by renewing: {@link #observe} tells what is
 * there, and {@link #put} repairs it, under a new lease where the old one was lost. An
 * instance that another process has taken over is not removed.
 */
final class EtcdRegistry implements Registry {

	private static final Logger logger = LoggerFactory.getLogger(EtcdRegistry.class);

	private static final int MAX_RECORD_BYTES = 64 * 1024;

	private static final int MAX_REQUEST_BYTES = 512 * 1024;

	private static final int REMOVALS = 5;

	private static final String REGISTER = "register instances";

	private static final String REMOVE = "remove an instance";

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Leases leases;

	private final Keys keys;

	private final String namespace;

	private final Duration duration;

	private final String owner;

	/** Own instances by key, with the id of each; guarded by this. */
	private final Map<String, Own> own = new TreeMap<>();

	private final AtomicReference<@Nullable Lease> lease = new AtomicReference<>();

	private volatile boolean closed;

	EtcdRegistry(EtcdClient client, EtcdReader reader, Leases leases, Keys keys, String namespace, Duration duration,
			String owner) {
		this.client = client;
		this.reader = reader;
		this.leases = leases;
		this.keys = keys;
		this.namespace = namespace;
		this.duration = duration;
		this.owner = owner;
	}

	private String key(String service, String id) {
		return this.keys.service(this.namespace, service) + id;
	}

	@Override
	public synchronized void put(String service, List<Instance> own) {
		Map<String, byte[]> records = new TreeMap<>();
		Map<String, Own> added = new TreeMap<>();
		for (Instance instance : own) {
			String key = key(service, instance.id());
			records.put(key, record(service, instance));
			added.put(key, new Own(service, instance.id()));
		}
		checkOpen();
		if (records.isEmpty()) {
			return;
		}
		this.own.putAll(added);
		Lease lease = lease();
		try {
			put(records, lease);
		}
		catch (BackendUnavailableException ex) {
			if (ex.getCause() == null || EtcdFailure.of(ex.getCause()).kind() != EtcdFailure.Kind.NOT_FOUND) {
				throw ex;
			}
			lease.stop();
			put(records, lease());
		}
	}

	private byte[] record(String service, Instance instance) {
		if (!instance.service().equals(service)) {
			throw new IllegalArgumentException("Instance '" + instance.id() + "' is of service '" + instance.service()
					+ "', not '" + service + "'");
		}
		byte[] record = new InstanceRecord(instance, this.duration, this.owner).toJson();
		if (record.length > MAX_RECORD_BYTES) {
			throw new IllegalArgumentException("The metadata of instance '" + instance.id() + "' is too large: it has "
					+ record.length + " bytes with everything else, " + MAX_RECORD_BYTES + " are allowed");
		}
		return record;
	}

	/** Writes what differs only: each write wakes everybody who watches the service. */
	private void put(Map<String, byte[]> records, Lease lease) {
		Snapshot there = this.client.await(REGISTER, this.reader.readAnyhow(records.keySet()));
		PutOption option = PutOption.builder().withLeaseId(lease.id()).build();
		List<Op> writes = new ArrayList<>();
		int bytes = 0;
		for (Map.Entry<String, byte[]> record : records.entrySet()) {
			Snapshot.Entry entry = there.entries().get(record.getKey());
			if (entry != null && entry.lease() == lease.id() && Arrays.equals(entry.value(), record.getValue())) {
				continue;
			}
			bytes += record.getKey().length() + record.getValue().length;
			if (writes.size() == EtcdReader.MAX_OPS || bytes > MAX_REQUEST_BYTES) {
				commit(writes);
				writes.clear();
				bytes = record.getKey().length() + record.getValue().length;
			}
			writes.add(Op.put(KeyRange.bytes(record.getKey()), ByteSequence.from(record.getValue()), option));
		}
		commit(writes);
	}

	private void commit(List<Op> writes) {
		if (writes.isEmpty()) {
			return;
		}
		Op[] ops = writes.toArray(Op[]::new);
		this.client.ask(REGISTER, (client) -> client.getKVClient().txn().Then(ops).commit());
	}

	private Lease lease() {
		Lease lease = this.lease.get();
		if (lease == null || lease.isEnded()) {
			lease = this.leases.grant(REGISTER, this.duration, new Teller());
			this.lease.set(lease);
		}
		return lease;
	}

	@Override
	public synchronized void remove(String service, String instanceId) {
		checkOpen();
		String key = key(service, instanceId);
		ByteSequence bytes = KeyRange.bytes(key);
		for (int tries = 1; tries <= REMOVALS; tries++) {
			Snapshot.Entry entry = this.client.await(REMOVE, this.reader.readAnyhow(List.of(key))).entries().get(key);
			if (entry == null || (this.own.containsKey(key) && !isOurs(entry, service, instanceId))) {
				break;
			}
			Cmp unchanged = new Cmp(bytes, Cmp.Op.EQUAL, CmpTarget.modRevision(entry.modified()));
			TxnResponse answer = this.client.ask(REMOVE,
					(client) -> client.getKVClient()
						.txn()
						.If(unchanged)
						.Then(Op.delete(bytes, DeleteOption.DEFAULT))
						.commit());
			if (answer.isSucceeded()) {
				break;
			}
		}
		this.own.remove(key);
		if (this.own.isEmpty()) {
			endLease();
		}
	}

	/** So that a put of which no answer came cannot bring back what was removed. */
	private void endLease() {
		Lease lease = this.lease.getAndSet(null);
		if (lease != null) {
			lease.revoke();
		}
	}

	private boolean isOurs(Snapshot.Entry entry, String service, String id) {
		try {
			return InstanceRecord.parse(entry.value(), service, id).owner().equals(this.owner);
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	@Override
	public List<Instance> observe(String service) {
		Map<String, Own> own = new TreeMap<>();
		synchronized (this) {
			this.own.forEach((key, one) -> {
				if (one.service.equals(service)) {
					own.put(key, one);
				}
			});
		}
		if (own.isEmpty()) {
			return List.of();
		}
		Snapshot there = this.client.await("read own instances", this.reader.readAnyhow(own.keySet()));
		List<Instance> instances = new ArrayList<>();
		there.entries().forEach((key, entry) -> {
			Own one = own.get(key);
			if (one != null) {
				try {
					InstanceRecord record = InstanceRecord.parse(entry.value(), service, one.id);
					if (!isForever(entry, record)) {
						instances.add(record.instance());
					}
				}
				catch (IllegalArgumentException ex) {
					// Somebody has written something else: it is not there.
				}
			}
		});
		return List.copyOf(instances);
	}

	/**
	 * Whether it is ours without our lease, copied by whoever has mirrored the cluster or
	 * edited the key: it would outlive this process.
	 */
	private boolean isForever(Snapshot.Entry entry, InstanceRecord record) {
		Lease lease = this.lease.get();
		return record.owner().equals(this.owner) && (lease == null || entry.lease() != lease.id());
	}

	private void checkOpen() {
		if (this.closed) {
			throw new IllegalStateException("The registry is closed");
		}
	}

	/** Does not wait for a call that waits for the server. */
	@Override
	public void close() {
		this.closed = true;
		Lease lease = this.lease.get();
		if (lease != null) {
			lease.stop();
		}
	}

	private record Own(String service, String id) {
	}

	/** Tells each change of the lease once. */
	private static final class Teller implements Lease.Listener {

		private final AtomicBoolean failing = new AtomicBoolean();

		@Override
		public void onLost(String reason) {
			logger.warn("Own instances are no longer registered: {}. They are put again under a new one", reason);
		}

		@Override
		public void onFailure(String reason) {
			if (!this.failing.getAndSet(true)) {
				logger.warn("Cannot renew the lease of own instances: {}. It is tried again", reason);
			}
		}

		@Override
		public void onRenewed() {
			if (this.failing.getAndSet(false)) {
				logger.info("The lease of own instances is renewed again");
			}
		}

	}

}
