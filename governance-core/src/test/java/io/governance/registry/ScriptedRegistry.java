package io.governance.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import io.governance.BackendUnavailableException;
import org.jspecify.annotations.Nullable;

/** A registry in memory that can be told to fail, to hang and to forget. */
final class ScriptedRegistry implements Registry {

	final List<String> calls = new CopyOnWriteArrayList<>();

	final AtomicInteger concurrent = new AtomicInteger();

	final AtomicInteger mostConcurrent = new AtomicInteger();

	volatile boolean down;

	volatile @Nullable CountDownLatch hang;

	volatile UnaryOperator<Instance> storedAs = UnaryOperator.identity();

	private final Map<String, Map<String, Instance>> services = new TreeMap<>();

	@Override
	public void put(String service, List<Instance> own) {
		call("put " + own.stream().map(Instance::id).toList(),
				() -> own.forEach((instance) -> of(service).put(instance.id(), this.storedAs.apply(instance))));
	}

	@Override
	public void remove(String service, String instanceId) {
		call("remove " + instanceId, () -> of(service).remove(instanceId));
	}

	@Override
	public List<Instance> observe(String service) {
		List<Instance> seen = new ArrayList<>();
		call("observe", () -> seen.addAll(of(service).values()));
		return seen;
	}

	@Override
	public void close() {
	}

	/** What the server holds, or what somebody else did to it. */
	synchronized Map<String, Instance> of(String service) {
		return this.services.computeIfAbsent(service, (name) -> new TreeMap<>());
	}

	synchronized List<Instance> held(String service) {
		return List.copyOf(of(service).values());
	}

	synchronized void wipe() {
		this.services.clear();
	}

	synchronized void meddle(Instance instance) {
		of(instance.service()).put(instance.id(), instance);
	}

	private void call(String what, Runnable action) {
		this.mostConcurrent.accumulateAndGet(this.concurrent.incrementAndGet(), Math::max);
		try {
			this.calls.add(what);
			CountDownLatch latch = this.hang;
			if (latch != null) {
				latch.await();
			}
			if (this.down) {
				throw new BackendUnavailableException("scripted", "nobody answers", null);
			}
			synchronized (this) {
				action.run();
			}
		}
		catch (InterruptedException ex) {
			throw new BackendUnavailableException("scripted", "interrupted", ex);
		}
		finally {
			this.concurrent.decrementAndGet();
		}
	}

}
