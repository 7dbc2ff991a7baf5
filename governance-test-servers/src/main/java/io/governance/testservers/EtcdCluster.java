package io.governance.testservers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * A cluster of etcd of one's own. Its members can be killed, paused and restarted one by
 * one.
 */
public final class EtcdCluster implements AutoCloseable {

	private static final Duration ELECTION_DEADLINE = Duration.ofSeconds(60);

	private static final long POLL_MILLIS = 50;

	private final EtcdKind kind;

	private final List<EtcdServer> members;

	private EtcdCluster(EtcdKind kind, List<EtcdServer> members) {
		this.kind = kind;
		this.members = List.copyOf(members);
	}

	static EtcdCluster start(EtcdOptions options, int size) {
		EtcdPeers peers = new EtcdPeers();
		EtcdKind kind = options.kind(peers);
		List<EtcdServer> members = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			members.add(new EtcdServer(kind));
		}
		members.forEach((member) -> peers.add(process(member).port()));
		EtcdCluster cluster = new EtcdCluster(kind, members);
		try {
			cluster.start();
			return cluster;
		}
		catch (RuntimeException | Error ex) {
			cluster.close();
			throw ex;
		}
	}

	/**
	 * Starts the members that do not run, and waits until all are ready.
	 */
	public void start() {
		// none gets ready alone
		ExecutorService threads = Executors.newFixedThreadPool(this.members.size());
		try {
			CompletableFuture
				.allOf(this.members.stream()
					.map((member) -> CompletableFuture.runAsync(member::start, threads))
					.toArray(CompletableFuture[]::new))
				.join();
		}
		catch (CompletionException ex) {
			throw new IllegalStateException("A cluster of etcd did not start: " + ex.getMessage(), ex);
		}
		finally {
			threads.shutdown();
		}
	}

	/**
	 * Returns the members.
	 * @return as many as were asked for, in a fixed order
	 */
	public List<EtcdServer> members() {
		return this.members;
	}

	/**
	 * Returns the member that leads, once there is one: an election takes 1 to 2 s as a
	 * rule, and up to 60 s are waited. No member may be frozen.
	 * @return a running member
	 * @throws IllegalStateException if none leads by then, with the end of each log; if
	 * the thread is interrupted
	 */
	public EtcdServer leader() {
		long start = System.nanoTime();
		while (System.nanoTime() - start < ELECTION_DEADLINE.toNanos()) {
			for (EtcdServer member : this.members) {
				if (member.isRunning() && this.kind.isLeader(process(member).port())) {
					return member;
				}
			}
			if (Thread.currentThread().isInterrupted()) {
				throw new IllegalStateException("Interrupted while waiting for a member to lead");
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
		}
		throw new IllegalStateException(
				"No member of the cluster led within %d s%n%s".formatted(ELECTION_DEADLINE.toSeconds(),
						this.members.stream()
							.map((member) -> member + ":\n" + process(member).tail())
							.collect(Collectors.joining("\n"))));
	}

	private static ManagedServer process(EtcdServer member) {
		return (ManagedServer) member.delegate();
	}

	/**
	 * Returns where the members listen.
	 * @return an address for each, in the order of the members
	 */
	public List<String> addresses() {
		return this.members.stream().map(TestServer::address).toList();
	}

	/**
	 * Kills all members and deletes their files.
	 */
	@Override
	public void close() {
		this.members.forEach(TestServer::close);
	}

}
