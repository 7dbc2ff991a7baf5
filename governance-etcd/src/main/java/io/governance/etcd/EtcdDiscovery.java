package io.governance.etcd;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;

import io.governance.Printable;
import io.governance.Subscription;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.InstanceRecord;
import io.governance.backend.support.Watches;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances as others have registered them, {@code services/{namespace}/{service}/{id}}.
 * A service has a watch of its own, until there are too many of them.
 */
final class EtcdDiscovery implements Discovery {

	private static final Logger logger = LoggerFactory.getLogger(EtcdDiscovery.class);

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Keys keys;

	private final String namespace;

	private final String home;

	private final RangeFeeds<Instance> feeds;

	private final Watches<String, List<Instance>> watches;

	EtcdDiscovery(EtcdClient client, EtcdReader reader, Keys keys, String namespace, WatchLoop loop, Executor listeners,
			ConnectionLog log) {
		this.client = client;
		this.reader = reader;
		this.keys = keys;
		this.namespace = namespace;
		this.home = keys.services(namespace);
		this.feeds = new RangeFeeds<>(loop, false, this::decode, KeyRange.below(this.home));
		this.watches = new Watches<>(listeners, log, List::equals, this::watchService);
	}

	private @Nullable Instance decode(String key, byte[] value, long modified) {
		String[] parts = key.substring(this.home.length()).split("/", -1);
		try {
			if (parts.length == 2) {
				return InstanceRecord.parse(value, parts[0], parts[1]).instance();
			}
			logger.warn("Key {} is left out: it is not {service}/{instance}", printable(key));
		}
		catch (IllegalArgumentException ex) {
			logger.warn("Key {} is left out: {}", printable(key), ex.getMessage());
		}
		return null;
	}

	private static String printable(String key) {
		return Printable.of(key, 400);
	}

	@Override
	public Set<String> services() {
		Snapshot snapshot = this.client.await("list services", this.reader.readKeys(KeyRange.below(this.home)));
		Set<String> services = new TreeSet<>();
		snapshot.entries().keySet().forEach((key) -> {
			String service = key.substring(this.home.length()).split("/", -1)[0];
			try {
				Instance.checkService(service);
				services.add(service);
			}
			catch (IllegalArgumentException ex) {
				// Whatever else somebody keeps there is no service.
			}
		});
		return services;
	}

	@Override
	public List<Instance> read(String service) {
		Instance.checkService(service);
		Snapshot snapshot = this.client.await("read the instances of " + service,
				this.reader.read(KeyRange.below(this.keys.service(this.namespace, service))));
		List<Instance> instances = new ArrayList<>();
		snapshot.entries().forEach((key, entry) -> {
			Instance instance = decode(key, entry.value(), entry.modified());
			if (instance != null) {
				instances.add(instance);
			}
		});
		instances.sort(Comparator.comparing(Instance::id));
		return List.copyOf(instances);
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		Instance.checkService(service);
		return this.watches.watch(service, "service '" + service + "'", listener::onInstances, listener::onConnection);
	}

	private Subscription watchService(String service, Watches.Sink<List<Instance>> sink) {
		Interest interest = new Interest(Set.of(), KeyRange.below(this.keys.service(this.namespace, service)));
		return this.feeds.watch(new Subscriber<>(interest, (instances) -> {
			List<Instance> sorted = new ArrayList<>(instances.values());
			sorted.sort(Comparator.comparing(Instance::id));
			sink.offer(List.copyOf(sorted));
		}, sink::lost));
	}

	@Override
	public void close() {
		this.watches.close();
	}

}
