package io.governance.testservers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A cluster of etcd of one's own. Its members can be killed, paused and restarted one by
 * one.
 */
public final class EtcdCluster implements AutoCloseable {

	private final List<EtcdServer> members;

	private EtcdCluster(List<EtcdServer> members) {
		this.members = List.copyOf(members);
	}

	static EtcdCluster start(EtcdOptions options, int size) {
		EtcdPeers peers = new EtcdPeers();
		List<EtcdServer> members = new ArrayList<>();
		for (int i = 0; i < size; i++) {
			ManagedServer member = options.member(peers);
			members.add(new EtcdServer(member));
		}
		members.forEach((member) -> peers.add(((ManagedServer) member.delegate()).port()));
		EtcdCluster cluster = new EtcdCluster(members);
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
