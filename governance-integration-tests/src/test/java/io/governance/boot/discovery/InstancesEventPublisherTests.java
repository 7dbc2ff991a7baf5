package io.governance.boot.discovery;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.registry.Instance;
import io.governance.registry.InstancesChanged;
import io.governance.registry.ServiceInstances;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** Tests for the events of changed lists. */
@Timeout(30)
class InstancesEventPublisherTests {

	@Test
	void listThatComesAfterThreadsHadRunOutIsPublished() {
		List<Object> published = new CopyOnWriteArrayList<>();
		AtomicInteger made = new AtomicInteger();
		InstancesEventPublisher publisher = new InstancesEventPublisher(published::add, (task) -> {
			if (made.incrementAndGet() == 1) {
				throw new OutOfMemoryError("unable to create native thread");
			}
			return new Thread(task);
		});
		try {
			assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> publisher.accept(list(1)));

			publisher.accept(list(2));

			await().until(() -> !published.isEmpty());
			assertThat(published).singleElement()
				.isInstanceOfSatisfying(InstancesChanged.class,
						(changed) -> assertThat(changed.added()).extracting(Instance::port).containsExactly(2));
		}
		finally {
			publisher.destroy();
		}
	}

	private static ServiceInstances list(int port) {
		return new ServiceInstances("orders", List.of(Instance.of("orders", "127.0.0.1", port).build()), true, true);
	}

}
