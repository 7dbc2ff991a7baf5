package io.governance.etcd;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.awaitility.Awaitility.await;

@Timeout(30)
class LeasesTests {

	@Test
	void leaseIsRenewedAgainWhateverARenewalThrows() {
		AtomicInteger renewals = new AtomicInteger();
		try (EtcdClient client = new EtcdClient("etcd", Etcds.settings("http://127.0.0.1:1"), null, System::nanoTime);
				Leases leases = new Leases(client, System::nanoTime)) {
			leases.repeat(() -> {
				if (renewals.incrementAndGet() % 2 == 0) {
					throw new IllegalStateException("on purpose");
				}
				throw new NoClassDefFoundError("on purpose");
			}, Duration.ofMillis(5));
			await().until(() -> renewals.get() > 2);
		}
	}

}
