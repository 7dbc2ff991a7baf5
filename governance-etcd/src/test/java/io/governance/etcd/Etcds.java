package io.governance.etcd;

import java.time.Duration;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;

/** Makes backends with settings that suit a test. */
final class Etcds {

	/** For who waits for no expiry: no pause of a busy machine takes it away. */
	static final Duration LONG_LEASE = Duration.ofSeconds(30);

	private Etcds() {
	}

	static Backend open(String address, String namespace) {
		return open(settings(address), namespace);
	}

	static Backend open(String address, String namespace, Duration lease) {
		return open(settings(Duration.ofSeconds(5), lease, address), namespace);
	}

	static Backend open(EtcdSettings settings, String namespace) {
		return new EtcdBackendFactory().create(BackendEnvironment.of("etcd", namespace, settings));
	}

	static EtcdSettings settings(String... addresses) {
		return settings(Duration.ofSeconds(2), Duration.ofSeconds(2), addresses);
	}

	static EtcdSettings settings(Duration timeout, Duration lease, String... addresses) {
		return new EtcdSettings(List.of(addresses), null, null, null, null, timeout, lease, null);
	}

}
