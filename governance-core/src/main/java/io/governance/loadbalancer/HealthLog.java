package io.governance.loadbalancer;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what becomes of instances and lanes: in the log, one line for a change, and to
 * the listener. What happens on the thread of a call is kept until another one delivers
 * it. Thread-safe.
 */
final class HealthLog {

	private static final Logger logger = LoggerFactory.getLogger(ServiceBalancer.class);

	private final BalancerListener listener;

	private final Queue<Record> events = new ConcurrentLinkedQueue<>();

	private final ReentrantLock delivering = new ReentrantLock();

	HealthLog(BalancerListener listener) {
		this.listener = listener;
	}

	/** To be called in the order in which things happen. */
	void add(HealthEvent event) {
		this.events.add(event);
	}

	/** To be called in the order in which things happen. */
	void add(PanicEvent event) {
		this.events.add(event);
	}

	/** Delivers what was kept, unless another thread is at it, which goes on then. */
	void deliver() {
		while (!this.events.isEmpty() && !this.delivering.isHeldByCurrentThread() && this.delivering.tryLock()) {
			try {
				Record event = this.events.poll();
				while (event != null) {
					tell(event);
					event = this.events.poll();
				}
			}
			finally {
				this.delivering.unlock();
			}
		}
	}

	private void tell(@Nullable Record event) {
		try {
			if (event instanceof HealthEvent health) {
				log(health);
				this.listener.onHealth(health);
			}
			else if (event instanceof PanicEvent panic) {
				log(panic);
				this.listener.onPanic(panic);
			}
		}
		catch (RuntimeException | Error ex) {
			logger.warn("A listener failed on {}", event, ex);
		}
	}

	private static void log(HealthEvent event) {
		String message = "Instance {} of service {} is {} (was {}): {}";
		if (event.after() == HealthState.HEALTHY || event.after() == HealthState.RETURNING) {
			logger.info(message, event.instanceId(), event.service(), event.after(), event.before(), event.reason());
		}
		else {
			logger.warn(message, event.instanceId(), event.service(), event.after(), event.before(), event.reason());
		}
	}

	private static void log(PanicEvent event) {
		String lane = event.lane().isEmpty() ? "all lanes together" : "lane " + event.lane();
		if (event.panic()) {
			logger.warn("Service {} is in panic in {}: only {} of {} instances are usable, all are called",
					event.service(), lane, event.usable(), event.instances());
		}
		else {
			logger.info("Service {} is out of panic in {}: {} of {} instances are usable", event.service(), lane,
					event.usable(), event.instances());
		}
	}

}
