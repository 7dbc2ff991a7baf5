package io.governance.loadbalancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Instances that answer in virtual time, and one caller. */
final class VirtualFleet {

	private final SplittableRandom random = new SplittableRandom(17);

	private final LoadBalancer loadBalancer;

	private final CallClock clock = new CallClock(this::now);

	private final List<Endpoint> endpoints = new ArrayList<>();

	private final List<Supplier<Answer>> behaviours = new ArrayList<>();

	private final PriorityQueue<Call> calls = new PriorityQueue<>();

	private Picker picker;

	private long now;

	VirtualFleet(LoadBalancer loadBalancer) {
		this.loadBalancer = loadBalancer;
		this.picker = loadBalancer.newPicker(PickerInput.of(List.of()));
	}

	private long now() {
		return this.now;
	}

	/** Adds one that answers. */
	int add(int weight, Supplier<Answer> behaviour) {
		this.endpoints
			.add(new Endpoint(Endpoints.instance("i%04d".formatted(this.endpoints.size()), weight), this.clock));
		this.behaviours.add(behaviour);
		this.picker = this.loadBalancer
			.newPicker(PickerInput.of(this.endpoints).withRandom(this.random).replacing(this.picker));
		return this.endpoints.size() - 1;
	}

	void become(int index, Supplier<Answer> behaviour) {
		this.behaviours.set(index, behaviour);
	}

	/** Answers whose times are exponentially distributed. */
	Supplier<Answer> ok(double meanMillis) {
		return () -> new Answer((long) (-Math.log1p(-this.random.nextDouble()) * meanMillis * 1e6), Outcome.SUCCESS);
	}

	/** The same, some of which fail. */
	Supplier<Answer> flaky(double meanMillis, double failing) {
		Supplier<Answer> ok = ok(meanMillis);
		return () -> new Answer(ok.get().nanos(),
				(this.random.nextDouble() < failing) ? Outcome.FAILURE : Outcome.SUCCESS);
	}

	Supplier<Answer> refused() {
		return () -> new Answer(100_000, Outcome.FAILURE);
	}

	/** Calls at random moments for some time, and tells who got how many. */
	long[] call(double perSecond, Duration duration) {
		long[] counts = new long[this.endpoints.size()];
		long end = this.now + duration.toNanos();
		while (true) {
			long next = this.now + (long) (-Math.log1p(-this.random.nextDouble()) / perSecond * 1e9);
			if (next > end) {
				answerUntil(end);
				return counts;
			}
			answerUntil(next);
			int index = this.endpoints.indexOf(this.picker.pick(PickRequest.ANY));
			counts[index]++;
			this.endpoints.get(index).begin();
			Answer answer = this.behaviours.get(index).get();
			this.calls.add(new Call(index, this.now + answer.nanos(), answer));
		}
	}

	private void answerUntil(long time) {
		while (!this.calls.isEmpty() && this.calls.peek().end() - time <= 0) {
			Call call = this.calls.remove();
			this.now = call.end();
			this.endpoints.get(call.index()).end(call.answer().nanos(), call.answer().outcome());
		}
		this.now = time;
	}

	InstanceStats stats(int index) {
		return this.endpoints.get(index).stats();
	}

	int inFlight(int index) {
		return this.endpoints.get(index).stats().inFlight();
	}

	static double share(long[] counts, int index) {
		return (double) counts[index] / IntStream.range(0, counts.length).mapToLong((i) -> counts[i]).sum();
	}

	record Answer(long nanos, Outcome outcome) {
	}

	private record Call(int index, long end, Answer answer) implements Comparable<Call> {

		@Override
		public int compareTo(Call other) {
			return Long.compare(this.end, other.end);
		}

	}

}
