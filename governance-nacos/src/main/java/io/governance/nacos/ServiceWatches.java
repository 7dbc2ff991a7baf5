package io.governance.nacos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import com.alibaba.nacos.api.naming.pojo.ServiceInfo;
import com.alibaba.nacos.api.naming.remote.request.NotifySubscriberRequest;
import com.alibaba.nacos.api.naming.remote.response.SubscribeServiceResponse;
import com.alibaba.nacos.api.remote.request.Request;
import com.alibaba.nacos.api.remote.response.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.Backoff;
import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.DaemonThreads;
import io.governance.backend.support.Watches;
import io.governance.registry.Instance;

/**
 * Watches services: each is subscribed on the connection, and again on every new one and
 * now and then, should the server have forgotten to tell. One thread does all of it.
 * <p>
 * A server that was restarted begins with no instance at all; they come back one by one
 * as their owners connect. Therefore what was known before a new connection, and is not
 * seen on it, is kept for a while.
 */
final class ServiceWatches implements Watches.Source<String, List<Instance>>, NacosLink.Listener, AutoCloseable {

	/** Nacos's own clients reconnect within 5 seconds and register again within 3. */
	static final Duration GRACE = Duration.ofSeconds(9);

	private static final Logger logger = LoggerFactory.getLogger(ServiceWatches.class);

	private static final Duration RETRY_BASE = Duration.ofMillis(200);

	private static final Duration RETRY_CAP = Duration.ofSeconds(2);

	private static final int BATCH = 128;

	private final NacosNaming naming;

	private final ScheduledThreadPoolExecutor loop;

	private final Backoff backoff;

	private final Duration resync;

	/* What follows belongs to the loop. */

	private final Map<String, Watched> services = new LinkedHashMap<>();

	private final Set<String> left = new HashSet<>();

	private boolean listening;

	private boolean down;

	private boolean scheduled;

	private int connections;

	ServiceWatches(String backend, NacosNaming naming, Duration resync) {
		this.resync = resync;
		this.naming = naming;
		this.backoff = new Backoff(RETRY_BASE, RETRY_CAP, RandomGenerator.getDefault());
		this.loop = new ScheduledThreadPoolExecutor(1, new DaemonThreads(backend, "discovery"));
		this.loop.setRemoveOnCancelPolicy(true);
	}

	@Override
	public Subscription watch(String service, Watches.Sink<List<Instance>> sink) {
		Watched watched = new Watched(service, sink);
		execute(() -> add(watched));
		return () -> execute(() -> remove(watched));
	}

	private void add(Watched watched) {
		if (!this.listening) {
			this.listening = true;
			this.naming.link().listen(this);
			this.loop.scheduleWithFixedDelay(guarded(this::resync), this.resync.toMillis(), this.resync.toMillis(),
					TimeUnit.MILLISECONDS);
		}
		this.left.remove(watched.service);
		this.services.put(watched.service, watched);
		if (this.down) {
			watched.sink.lost(this.naming.link().problem());
		}
		soon(Duration.ZERO);
	}

	private void remove(Watched watched) {
		if (this.services.remove(watched.service, watched)) {
			this.left.add(watched.service);
			soon(Duration.ZERO);
		}
	}

	@Override
	public void connected() {
		execute(() -> {
			this.down = false;
			this.left.clear();
			this.backoff.reset();
			this.connections++;
			int connection = this.connections;
			this.services.values().forEach(Watched::reconnected);
			this.loop.schedule(guarded(() -> graceIsOver(connection)), GRACE.toMillis(), TimeUnit.MILLISECONDS);
			sync();
		});
	}

	private void graceIsOver(int connection) {
		if (connection == this.connections && !this.down) {
			this.services.values().forEach(Watched::believe);
		}
	}

	@Override
	public void lost() {
		execute(() -> {
			this.down = true;
			this.services.values().forEach((watched) -> watched.sink.lost(this.naming.link().problem()));
		});
	}

	@Override
	public void pushed(Request push) {
		if (push instanceof NotifySubscriberRequest change && change.getServiceInfo() != null) {
			ServiceInfo info = change.getServiceInfo();
			execute(() -> {
				Watched watched = this.services.get(nameOf(info));
				if (watched != null && watched.subscribed && !this.down) {
					watched.take(info);
				}
			});
		}
	}

	private static String nameOf(ServiceInfo info) {
		int mark = info.getName().indexOf("@@");
		return (mark < 0) ? info.getName() : info.getName().substring(mark + 2);
	}

	private void resync() {
		this.services.values().forEach((watched) -> watched.asked = false);
		sync();
	}

	/** Several reasons to look lead to one look. */
	private void soon(Duration delay) {
		if (!this.scheduled) {
			this.scheduled = true;
			try {
				this.loop.schedule(guarded(() -> {
					this.scheduled = false;
					sync();
				}), delay.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				// It is being closed.
			}
		}
	}

	private void sync() {
		if (this.down || (this.services.isEmpty() && this.left.isEmpty())) {
			return;
		}
		try {
			leave();
			List<Watched> asking = this.services.values().stream().filter((watched) -> !watched.asked).toList();
			for (int from = 0; from < asking.size(); from += BATCH) {
				ask(asking.subList(from, Math.min(asking.size(), from + BATCH)));
			}
		}
		catch (BackendUnavailableException ex) {
			this.services.values()
				.stream()
				.filter((watched) -> !watched.asked)
				.forEach((watched) -> watched.sink.lost(String.valueOf(ex.getMessage())));
			soon(Duration.ofNanos(this.backoff.nextNanos()));
		}
	}

	private void leave() {
		List<Request> requests = new ArrayList<>();
		this.left.forEach((service) -> requests.add(this.naming.subscription(service, false)));
		this.left.clear();
		if (!requests.isEmpty()) {
			this.naming.link().callAll("end watches of services", requests);
		}
	}

	private void ask(List<Watched> batch) {
		List<Request> requests = new ArrayList<>(batch.size());
		batch.forEach((watched) -> requests.add(this.naming.subscription(watched.service, true)));
		String what = "watch " + batch.size() + " services, " + batch.get(0).service + " first";
		List<Response> answers = this.naming.link().callAll(what, requests);
		boolean failed = false;
		for (int i = 0; i < batch.size(); i++) {
			failed |= !take(batch.get(i), answers.get(i));
		}
		if (failed) {
			soon(Duration.ofNanos(this.backoff.nextNanos()));
		}
		else {
			this.backoff.reset();
		}
	}

	private boolean take(Watched watched, Response answer) {
		String what = "watch service " + watched.service;
		try {
			SubscribeServiceResponse response = this.naming.link().check(what, answer, SubscribeServiceResponse.class);
			if (!response.isSuccess()) {
				throw this.naming.link()
					.refused(what, "the server said " + response.getErrorCode() + " " + response.getMessage());
			}
			watched.asked = true;
			watched.subscribed = true;
			watched.take(response.getServiceInfo());
			return true;
		}
		catch (BackendUnavailableException | IllegalArgumentException ex) {
			watched.sink.lost(String.valueOf(ex.getMessage()));
			return false;
		}
	}

	private void execute(Runnable task) {
		try {
			this.loop.execute(guarded(task));
		}
		catch (RejectedExecutionException ex) {
			// It is being closed.
		}
	}

	private static Runnable guarded(Runnable task) {
		return () -> {
			try {
				task.run();
			}
			catch (RuntimeException ex) {
				logger.warn("Watching services failed; it goes on", ex);
			}
		};
	}

	@Override
	public void close() {
		this.loop.shutdownNow();
		try {
			if (!this.loop.awaitTermination(1, TimeUnit.SECONDS)) {
				logger.warn("The watch of services does not end although it was interrupted");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** A service that somebody watches. */
	private final class Watched {

		private final String service;

		private final Watches.Sink<List<Instance>> sink;

		/** What the server says. */
		private List<Instance> seen = List.of();

		/** What was told on earlier connections and is not seen on this one yet. */
		private final Map<String, Instance> unconfirmed = new TreeMap<>();

		private long newest;

		private boolean asked;

		private boolean subscribed;

		Watched(String service, Watches.Sink<List<Instance>> sink) {
			this.service = service;
			this.sink = sink;
		}

		void reconnected() {
			this.seen.forEach((instance) -> this.unconfirmed.put(instance.id(), instance));
			this.seen = List.of();
			this.newest = 0;
			this.asked = false;
			this.subscribed = false;
		}

		/**
		 * Pushes and answers may overtake each other: the server numbers them by its
		 * clock.
		 */
		void take(@Nullable ServiceInfo info) {
			long made = (info != null) ? info.getLastRefTime() : 0;
			if (made >= this.newest) {
				this.newest = made;
				this.seen = ServiceWatches.this.naming.instances(this.service, info);
				this.seen.forEach((instance) -> this.unconfirmed.remove(instance.id()));
				tell();
			}
		}

		void believe() {
			if (!this.unconfirmed.isEmpty() && this.subscribed) {
				this.unconfirmed.clear();
				tell();
			}
		}

		private void tell() {
			List<Instance> all = new ArrayList<>(this.seen);
			all.addAll(this.unconfirmed.values());
			all.sort(Comparator.comparing(Instance::id));
			this.sink.offer(List.copyOf(all));
		}

	}

}
