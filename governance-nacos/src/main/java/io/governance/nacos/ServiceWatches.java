package io.governance.nacos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import com.alibaba.nacos.api.naming.pojo.ServiceInfo;
import com.alibaba.nacos.api.naming.remote.request.NotifySubscriberRequest;
import com.alibaba.nacos.api.naming.remote.response.SubscribeServiceResponse;
import com.alibaba.nacos.api.remote.request.Request;
import com.alibaba.nacos.api.remote.response.Response;
import org.jspecify.annotations.Nullable;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.Watches;
import io.governance.registry.Instance;

/**
 * Watches services: each is subscribed on the connection, and again on every new one and
 * now and then, should the server have forgotten to tell. One thread does all of it.
 * <p>
 * A server that was restarted begins with no instance at all; they come back one by one
 * as their owners connect. One that was frozen or cut off knows them still, and then
 * drops them with the connections that their owners have long replaced, which may be
 * before it comes to what they register on the new ones. Therefore what was known before
 * a new connection, and is missing on it, at first or later, is kept for a while after
 * the server has first told a service on it, as it was last seen: it may have been too
 * busy before to let the owners register.
 */
final class ServiceWatches implements Watches.Source<String, List<Instance>>, WatchLoop.Work, AutoCloseable {

	/** Nacos's own clients reconnect within 5 seconds and register again within 3. */
	static final Duration GRACE = Duration.ofSeconds(9);

	private static final Duration DOUBT = Duration.ofSeconds(3);

	private static final Duration DOUBT_PAUSE = Duration.ofMillis(250);

	private static final int BATCH = 128;

	private final NacosNaming naming;

	private final WatchLoop loop;

	/* What follows belongs to the loop. */

	private final Map<String, Watched> services = new LinkedHashMap<>();

	private final Set<String> left = new HashSet<>();

	private int connections;

	ServiceWatches(String backend, NacosNaming naming, Duration resync) {
		this.naming = naming;
		this.loop = new WatchLoop(backend, "discovery", naming.link(), resync, this);
	}

	@Override
	public Subscription watch(String service, Watches.Sink<List<Instance>> sink) {
		Watched watched = new Watched(service, sink);
		this.loop.execute(() -> add(watched));
		return () -> this.loop.execute(() -> remove(watched));
	}

	private void add(Watched watched) {
		this.left.remove(watched.service);
		this.services.put(watched.service, watched);
		this.loop.begin();
		if (this.loop.isDown()) {
			watched.sink.lost(this.naming.link().problem());
		}
		this.loop.soon(Duration.ZERO);
	}

	private void remove(Watched watched) {
		if (this.services.remove(watched.service, watched)) {
			this.left.add(watched.service);
			this.loop.soon(Duration.ZERO);
		}
	}

	@Override
	public void reconnected() {
		this.left.clear();
		this.connections++;
		this.services.values().forEach(Watched::reconnected);
	}

	@Override
	public void lost(String reason) {
		this.services.values().forEach((watched) -> watched.lost(reason));
	}

	@Override
	public void failed(String reason) {
		this.services.values()
			.stream()
			.filter((watched) -> !watched.asked)
			.forEach((watched) -> watched.sink.lost(reason));
	}

	@Override
	public void pushed(Request push) {
		if (push instanceof NotifySubscriberRequest change && change.getServiceInfo() != null) {
			Watched watched = this.services.get(nameOf(change.getServiceInfo()));
			if (watched != null && watched.subscribed) {
				watched.take(change.getServiceInfo(), false);
			}
		}
	}

	private static String nameOf(ServiceInfo info) {
		int mark = info.getName().indexOf("@@");
		return (mark < 0) ? info.getName() : info.getName().substring(mark + 2);
	}

	@Override
	public void doubtAll() {
		this.services.values().forEach((watched) -> watched.asked = false);
	}

	@Override
	public void look() {
		if (!this.left.isEmpty()) {
			leave();
		}
		List<Watched> asking = this.services.values().stream().filter((watched) -> !watched.asked).toList();
		for (int from = 0; from < asking.size(); from += BATCH) {
			ask(asking.subList(from, Math.min(asking.size(), from + BATCH)));
		}
	}

	private void leave() {
		List<Request> requests = new ArrayList<>();
		this.left.forEach((service) -> requests.add(this.naming.subscription(service, false)));
		this.left.clear();
		this.naming.link().callAll("end watches of services", requests);
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
			this.loop.retry();
		}
		else {
			this.loop.worked();
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
			watched.subscribed();
			watched.take(response.getServiceInfo(), true);
			return true;
		}
		catch (BackendUnavailableException | IllegalArgumentException ex) {
			watched.sink.lost(String.valueOf(ex.getMessage()));
			return false;
		}
	}

	@Override
	public void close() {
		this.loop.close();
	}

	/** A service that somebody watches. */
	private final class Watched {

		private final String service;

		private final Watches.Sink<List<Instance>> sink;

		/** What the server says. */
		private List<Instance> seen = List.of();

		/** What was known when a connection was lost, by id, until the grace is over. */
		private final Map<String, Instance> kept = new TreeMap<>();

		private long newest;

		private boolean asked;

		private boolean subscribed;

		private @Nullable Long doubtedSince;

		Watched(String service, Watches.Sink<List<Instance>> sink) {
			this.service = service;
			this.sink = sink;
		}

		/**
		 * The server has told for the first time on this connection: from here on the
		 * owners had the time to register again.
		 */
		void subscribed() {
			if (!this.subscribed && !this.kept.isEmpty()) {
				int connection = ServiceWatches.this.connections;
				ServiceWatches.this.loop.schedule(GRACE, () -> graceIsOver(connection));
			}
			this.subscribed = true;
		}

		private void graceIsOver(int connection) {
			if (connection == ServiceWatches.this.connections && !ServiceWatches.this.loop.isDown()
					&& !this.kept.isEmpty()) {
				boolean missed = !known().equals(this.seen);
				this.kept.clear();
				if (missed) {
					tell();
				}
			}
		}

		void lost(String reason) {
			this.seen.forEach((instance) -> this.kept.put(instance.id(), instance));
			this.sink.lost(reason);
		}

		void reconnected() {
			this.seen = List.of();
			this.newest = 0;
			this.doubtedSince = null;
			this.asked = false;
			this.subscribed = false;
		}

		/**
		 * Pushes and answers may overtake each other: the server numbers them by its
		 * clock. What looks older is a reason to ask; if the answers look older as well,
		 * and go on to do so, the clock was set back.
		 */
		void take(@Nullable ServiceInfo info, boolean answer) {
			long made = (info != null) ? info.getLastRefTime() : 0;
			if (made < this.newest && (isDoubtful() || !answer)) {
				this.asked = false;
				ServiceWatches.this.loop.soon(DOUBT_PAUSE);
				return;
			}
			this.doubtedSince = null;
			this.newest = made;
			this.seen = ServiceWatches.this.naming.instances(this.service, info);
			this.seen.forEach((instance) -> this.kept.replace(instance.id(), instance));
			tell();
		}

		private boolean isDoubtful() {
			long now = System.nanoTime();
			Long since = this.doubtedSince;
			if (since == null) {
				this.doubtedSince = now;
				return true;
			}
			return now - since < DOUBT.toNanos();
		}

		private void tell() {
			this.sink.offer(known());
		}

		/** What the server says, and what is kept besides, by id. */
		private List<Instance> known() {
			Map<String, Instance> all = new TreeMap<>(this.kept);
			this.seen.forEach((instance) -> all.put(instance.id(), instance));
			return List.copyOf(all.values());
		}

	}

}
