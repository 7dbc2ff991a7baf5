package io.governance.benchmarks.startup;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.options.WatchOption;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The least that an application does with etcd's client for config and registration: it
 * reads and watches a prefix, and puts a key under a lease.
 */
@Component
class EtcdClient implements DisposableBean {

	private final Client client;

	EtcdClient(@Value("${endpoint}") String endpoint) throws Exception {
		this.client = Client.builder().endpoints(endpoint).build();
		ByteSequence prefix = utf8("startup/config/");
		this.client.getKVClient().get(prefix, GetOption.builder().isPrefix(true).build()).get(10, TimeUnit.SECONDS);
		this.client.getWatchClient().watch(prefix, WatchOption.builder().isPrefix(true).build(), (response) -> {
		});
	}

	@EventListener(ApplicationStartedEvent.class)
	void register() throws Exception {
		long lease = this.client.getLeaseClient().grant(10).get(10, TimeUnit.SECONDS).getID();
		this.client.getKVClient()
			.put(utf8("startup/services/empty"), utf8("{}"), PutOption.builder().withLeaseId(lease).build())
			.get(10, TimeUnit.SECONDS);
	}

	private static ByteSequence utf8(String text) {
		return ByteSequence.from(text, StandardCharsets.UTF_8);
	}

	@Override
	public void destroy() {
		this.client.close();
	}

}
