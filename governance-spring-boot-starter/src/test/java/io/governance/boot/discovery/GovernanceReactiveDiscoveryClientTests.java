package io.governance.boot.discovery;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.registry.Discovery;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Hooks;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class GovernanceReactiveDiscoveryClientTests {

	@Test
	void waitsThatWereGivenUpLeaveNothingBehind() {
		Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();
		Hooks.onErrorDropped(dropped::add);
		try (ServiceDirectory directory = new ServiceDirectory(new SilentDiscovery())) {
			GovernanceReactiveDiscoveryClient client = new GovernanceReactiveDiscoveryClient("silent", directory,
					Duration.ofMillis(1));
			List<WeakReference<Object>> callers = Stream.generate(() -> callerThatGaveUp(client)).limit(100).toList();
			await().untilAsserted(() -> {
				System.gc();
				assertThat(callers).allMatch((caller) -> caller.refersTo(null));
			});
			assertThat(dropped).isEmpty();
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
	}

	private static WeakReference<Object> callerThatGaveUp(GovernanceReactiveDiscoveryClient client) {
		Object caller = new Object();
		StepVerifier.create(client.getInstances("orders").contextWrite(Context.of("caller", caller)))
			.verifyError(BackendUnavailableException.class);
		return new WeakReference<>(caller);
	}

	/** Never tells anything. */
	private static final class SilentDiscovery implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of();
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
