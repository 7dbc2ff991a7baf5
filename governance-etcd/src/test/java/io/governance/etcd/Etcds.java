package io.governance.etcd;

import java.time.Duration;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;

/** Makes backends with settings that suit a test. */
final class Etcds {

	private Etcds() {
	}

	static Backend open(String address, String namespace) {
		return open(settings(address), namespace);
	}

	static Backend open(EtcdSettings settings, String namespace) {
		return new EtcdBackendFactory().create(BackendEnvironment.of("etcd", namespace, settings));
	}

	static EtcdSettings settings(String... addresses) {
		return new EtcdSettings(List.of(addresses), null, null, null, null, null, Duration.ofSeconds(2), null);
	}

}
