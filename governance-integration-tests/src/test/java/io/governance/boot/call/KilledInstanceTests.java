package io.governance.boot.call;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.governance.boot.call.CallingApplication.Clients;
import io.governance.boot.loadbalancer.ServiceBalancers;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.http.HttpMethod;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Instances that are processes of their own, one of which is killed under load. */
@Timeout(120)
class KilledInstanceTests {

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource(value = Client.class, names = { "REST_CLIENT_JDK", "WEB_CLIENT_NETTY" })
	void noGetFailsWhenAnInstanceIsKilled(Client client) throws Exception {
		try (CallingApplication app = new CallingApplication(this.directory, Clients.class);
				InstanceProcess killed = new InstanceProcess(this.directory, "orders", "a");
				InstanceProcess second = new InstanceProcess(this.directory, "orders", "b");
				InstanceProcess third = new InstanceProcess(this.directory, "orders", "c")) {
			ServiceBalancers balancers = app.bean(ServiceBalancers.class);
			balancers.ready("orders").toCompletableFuture().join();
			await().until(() -> app.endpoints("orders").size() == 3);
			AtomicLong calls = new AtomicLong();
			Set<String> answers = ConcurrentHashMap.newKeySet();
			Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
			ScheduledExecutorService load = Executors.newScheduledThreadPool(4);
			try {
				for (int thread = 0; thread < 4; thread++) {
					load.scheduleAtFixedRate(() -> {
						try {
							answers.add(client.call(app, HttpMethod.GET, "orders", null));
							calls.incrementAndGet();
						}
						catch (Throwable ex) {
							failures.add(ex);
						}
					}, 0, 40, TimeUnit.MILLISECONDS);
				}
				await().until(() -> calls.get() > 100 && answers.size() == 3);
				killed.kill();
				await().atMost(Duration.ofSeconds(30)).until(() -> app.endpoints("orders").size() == 2);
				long now = calls.get();
				await().until(() -> calls.get() > now + 50);
			}
			finally {
				load.shutdown();
				assertThat(load.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
			}
			assertThat(failures).isEmpty();
			assertThat(second.alive() && third.alive()).isTrue();
			assertThat(app.endpoints("orders")).allMatch((endpoint) -> endpoint.stats().inFlight() == 0)
				.allMatch((endpoint) -> endpoint.stats().failed() == 0);
		}
	}

}
