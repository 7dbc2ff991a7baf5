package io.governance.cli;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import com.sun.net.httpserver.HttpServer;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.consul.ConsulBackendFactory;
import io.governance.consul.ConsulSettings;
import io.governance.etcd.EtcdBackendFactory;
import io.governance.etcd.EtcdSettings;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.registry.Registry;
import io.governance.registry.ServiceDirectory;
import io.governance.testservers.ConsulServer;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The one module that has several real backends. */
@Timeout(180)
class MovingFleetTests {

	private final ConsulServer consulServer = ConsulServer.own();

	private final String namespace = "m" + UUID.randomUUID().toString().substring(0, 8);

	private final Backend consul = new ConsulBackendFactory()
		.create(BackendEnvironment.of("consul", this.namespace, new ConsulSettings(List.of(this.consulServer.address()),
				null, null, null, null, null, null, Duration.ofSeconds(1), null, null, null, null)));

	private final Backend etcd = new EtcdBackendFactory().create(BackendEnvironment.of("etcd", this.namespace,
			new EtcdSettings(List.of(EtcdServer.shared().address()), null, null, null, null, null, null, null)));

	private final ServiceDirectory caller = ServiceDirectory.builder()
		.source("consul", this.consul.discovery())
		.source("etcd", this.etcd.discovery())
		.build();

	private final List<Member> fleet = new ArrayList<>();

	@AfterEach
	void close() {
		this.fleet.forEach(Member::close);
		this.caller.close();
		this.consul.close();
		this.etcd.close();
		this.consulServer.close();
	}

	@Test
	@DisplayName("A fleet moves from Consul to etcd under load, and Consul goes away: no call fails")
	void movesFromOneRegistryToAnother() throws InterruptedException {
		for (int i = 0; i < 3; i++) {
			this.fleet.add(new Member(this.consul));
		}
		await().atMost(Duration.ofSeconds(20)).until(() -> callable().size() == 3);
		Calls calls = new Calls();
		Thread load = new Thread(calls, "load");
		load.start();
		try {
			roll(calls, this.consul, this.etcd);
			this.consulServer.close();
			await().atMost(Duration.ofSeconds(30)).until(() -> !this.caller.instances("orders").connected());
			assertThat(callable()).hasSize(3);
			roll(calls, this.etcd);
			int before = calls.done.get();
			await().atMost(Duration.ofSeconds(20)).until(() -> calls.done.get() > before + 100);
		}
		finally {
			calls.stopped = true;
			load.join(TimeUnit.SECONDS.toMillis(20));
		}
		assertThat(calls.failures).isEmpty();
		assertThat(calls.done).hasValueGreaterThan(300);
		assertThat(callable()).as("those that Consul knew last do not linger")
			.extracting(Instance::port)
			.containsExactlyInAnyOrderElementsOf(this.fleet.stream().map(Member::port).toList());
	}

	/** Replaces the members one by one, as a rolling restart does. */
	private void roll(Calls calls, Backend... backends) {
		for (int i = 0; i < this.fleet.size(); i++) {
			Member next = new Member(backends);
			Member before = this.fleet.set(i, next);
			await().atMost(Duration.ofSeconds(20))
				.until(() -> callable().stream().anyMatch((one) -> one.port() == next.port()));
			before.leave();
			await().atMost(Duration.ofSeconds(20))
				.until(() -> callable().stream().noneMatch((one) -> one.port() == before.port()));
			// A call that has chosen it already ends before the next but one begins.
			int done = calls.done.get();
			await().atMost(Duration.ofSeconds(20)).until(() -> calls.done.get() >= done + 2);
			before.close();
		}
	}

	private List<Instance> callable() {
		return this.caller.instances("orders")
			.instances()
			.stream()
			.filter((instance) -> instance.status().takesCalls())
			.toList();
	}

	/** An instance, and the loop that keeps it registered. */
	private static final class Member implements AutoCloseable {

		private final HttpServer server;

		private final Instance instance;

		private final RegistrationKeeper keeper;

		Member(Backend... backends) {
			try {
				this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			this.server.createContext("/", (exchange) -> {
				exchange.sendResponseHeaders(204, -1);
				exchange.close();
			});
			this.server.start();
			this.instance = Instance.of("orders", "127.0.0.1", port()).build();
			Map<String, Registry> registries = new LinkedHashMap<>();
			for (Backend backend : backends) {
				registries.put(backend.name(), backend.registry());
			}
			this.keeper = new RegistrationKeeper(registries, RegistrationSettings.DEFAULTS, (event) -> {
			}, new Random(), System::nanoTime);
			this.keeper.register(this.instance).toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
		}

		int port() {
			return this.server.getAddress().getPort();
		}

		/** Drains, and is removed wherever that is possible. */
		void leave() {
			this.keeper.updateStatus("orders", this.instance.id(), InstanceStatus.DRAINING)
				.toCompletableFuture()
				.orTimeout(20, TimeUnit.SECONDS)
				.join();
			try {
				this.keeper.deregister("orders", this.instance.id())
					.toCompletableFuture()
					.orTimeout(20, TimeUnit.SECONDS)
					.join();
			}
			catch (CompletionException ex) {
				// Consul is gone.
			}
		}

		@Override
		public void close() {
			this.keeper.close();
			this.server.stop(0);
		}

	}

	/** Calls the instances one after the other, without trying any call again. */
	private final class Calls implements Runnable {

		private final AtomicInteger done = new AtomicInteger();

		private final List<String> failures = new CopyOnWriteArrayList<>();

		private volatile boolean stopped;

		@Override
		public void run() {
			while (!this.stopped) {
				List<Instance> instances = callable();
				int number = this.done.getAndIncrement();
				if (instances.isEmpty()) {
					this.failures.add("no instance");
				}
				else {
					call(instances.get(number % instances.size()));
				}
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
			}
		}

		private void call(Instance instance) {
			try {
				HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + instance.port())
					.toURL()
					.openConnection();
				connection.setConnectTimeout(20_000);
				connection.setReadTimeout(20_000);
				if (connection.getResponseCode() != 204) {
					this.failures.add("status " + connection.getResponseCode());
				}
				connection.disconnect();
			}
			catch (IOException ex) {
				this.failures.add(instance.port() + ": " + ex);
			}
		}

	}

}
