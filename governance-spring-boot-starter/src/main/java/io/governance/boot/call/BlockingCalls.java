package io.governance.boot.call;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestAdapter;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;

import io.governance.boot.loadbalancer.AvoidedInstances;
import io.governance.boot.loadbalancer.CallLane;
import io.governance.boot.loadbalancer.NoInstanceException;
import io.governance.boot.loadbalancer.OpenCall;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.call.CallFailure;
import io.governance.call.Deadline;
import io.governance.loadbalancer.Outcome;

/**
 * Makes calls on the thread of the caller, with further tries on other instances.
 * Thread-safe.
 */
final class BlockingCalls {

	private final LoadBalancerClient client;

	private final ServiceBalancers balancers;

	private final CallLane lane;

	private final CallGuards guards;

	private final Watchdog watchdog;

	private final UnaryOperator<String> hints;

	private final ObservationRegistry observations;

	/**
	 * Creates the calls.
	 * @param client chooses instances
	 * @param balancers tells why there is no instance
	 * @param lane tells the lane of each call
	 * @param guards what stands over the calls
	 * @param watchdog ends waiting
	 * @param hints the hint for load balancers, by service
	 * @param observations knows the observation that the client makes of a call
	 */
	BlockingCalls(LoadBalancerClient client, ServiceBalancers balancers, CallLane lane, CallGuards guards,
			Watchdog watchdog, UnaryOperator<String> hints, ObservationRegistry observations) {
		this.client = client;
		this.balancers = balancers;
		this.lane = lane;
		this.guards = guards;
		this.watchdog = watchdog;
		this.hints = hints;
		this.observations = observations;
	}

	/**
	 * Makes a call.
	 * @param service the service
	 * @param request the request, whose attributes can be written
	 * @param deadline the caller's own deadline
	 * @param exchange sends it
	 * @return the answer
	 * @throws NoInstanceException if there is no instance, or circuit breakers keep the
	 * call from all
	 * @throws IOException if there was no answer
	 */
	<R> R call(String service, RequestData request, Deadline deadline, Exchange<R> exchange) throws IOException {
		GuardedCall call = this.guards.of(service)
			.begin(request.getHttpMethod().name(), deadline)
			.tracedBy(CallTrace.of(this.observations.getCurrentObservation()));
		request.getAttributes().put(AvoidedInstances.ATTRIBUTE, call);
		RequestDataContext context = new RequestDataContext(request, this.hints.apply(service));
		Outcome outcome = Outcome.CANCELLED;
		try {
			ServiceInstance instance = choose(service, context);
			if (instance == null) {
				throw this.balancers.noInstance(service, this.lane.current().laneFor(service).name());
			}
			while (true) {
				Try<R> done = attempt(service, instance, context, call, exchange);
				outcome = done.outcome;
				ServiceInstance next = done.worthAnother(call) ? chooseAnother(service, context, call, done, exchange)
						: null;
				if (next == null) {
					return done.result();
				}
				discard(done.answer, exchange);
				pause(call.pauseNanos());
				instance = next;
			}
		}
		finally {
			call.over(outcome);
		}
	}

	@SuppressWarnings("NullAway") // null if there is none, as in Spring Cloud
	private @Nullable ServiceInstance choose(String service, RequestDataContext context) {
		return this.client.choose(service, new DefaultRequest<>(context));
	}

	private <R> @Nullable ServiceInstance chooseAnother(String service, RequestDataContext context, GuardedCall call,
			Try<R> done, Exchange<R> exchange) {
		try {
			ServiceInstance untried = choose(service, context);
			return (untried == null && call.startOver()) ? choose(service, context) : untried;
		}
		catch (RuntimeException | Error ex) {
			discard(done.answer, exchange);
			throw ex;
		}
	}

	private <R> Try<R> attempt(String service, ServiceInstance instance, RequestDataContext context, GuardedCall call,
			Exchange<R> exchange) {
		try {
			long nanos = call.tryNanos();
			if (nanos == 0) {
				throw call.timeout(null);
			}
			R answer = this.client.execute(service, instance,
					new LoadBalancerRequestAdapter<>((chosen) -> send(chosen, nanos, call, exchange), context));
			return new Try<>(answer, null, exchange.status(answer), CallFailure.OTHER);
		}
		catch (IOException | RuntimeException ex) {
			return new Try<>(null, ex, 0, failureOf(ex, exchange));
		}
	}

	private <R> R send(ServiceInstance instance, long nanos, GuardedCall call, Exchange<R> exchange) throws Exception {
		OpenCall open = call.tries(instance);
		Watchdog.Watch watch = this.watchdog.watch(nanos);
		R answer = null;
		try {
			answer = exchange.send(instance, nanos);
			if (open != null) {
				open.answered();
				answer = exchange.held(answer, open, Outcome.ofHttpStatus(exchange.status(answer)), call.readAhead());
			}
			watch.stop();
			return answer;
		}
		catch (Throwable ex) {
			Exception failure = watch.stop() ? call.timeout(ex) : null;
			end(open, GuardedCall.outcomeOf(failureOf((failure != null) ? failure : ex, exchange)));
			discard(answer, exchange);
			if (failure != null) {
				throw failure;
			}
			throw ex;
		}
	}

	/**
	 * An interrupt, too, may look like a broken connection: that of a virtual thread
	 * closes its socket.
	 */
	private static CallFailure failureOf(Throwable ex, Exchange<?> exchange) {
		return Thread.currentThread().isInterrupted() ? CallFailure.ABANDONED : exchange.failureOf(ex);
	}

	private static <R> void discard(@Nullable R answer, Exchange<R> exchange) {
		if (answer != null) {
			exchange.discard(answer);
		}
	}

	private static void end(@Nullable OpenCall open, Outcome outcome) {
		if (open != null) {
			open.end(outcome);
		}
	}

	private static void pause(long nanos) throws IOException {
		if (nanos <= 0) {
			return;
		}
		try {
			TimeUnit.NANOSECONDS.sleep(nanos);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			InterruptedIOException failure = new InterruptedIOException("Interrupted between two tries");
			failure.initCause(ex);
			throw failure;
		}
	}

	/**
	 * Sends one request and reads its answer.
	 *
	 * @param <R> the answer
	 */
	interface Exchange<R> {

		/** Sends the request; waits for the answer to begin, at most about so long. */
		R send(ServiceInstance instance, long nanos) throws Exception;

		/** How it failed that it threw something. */
		default CallFailure failureOf(Throwable ex) {
			return CallFailure.of(ex);
		}

		/** The status of the answer. */
		int status(R answer) throws IOException;

		/**
		 * The same answer, whose end ends the call: with this outcome if all goes well.
		 * Read ahead where that is wanted.
		 */
		R held(R answer, OpenCall open, Outcome outcome, ReadAhead ahead) throws IOException;

		/** Throws the answer away and gives free what it holds. */
		void discard(R answer);

	}

	/** How a try ended: with an answer or a failure. */
	private static final class Try<R> {

		private final @Nullable R answer;

		private final @Nullable Exception thrown;

		private final int status;

		private final CallFailure failure;

		private final Outcome outcome;

		Try(@Nullable R answer, @Nullable Exception thrown, int status, CallFailure failure) {
			this.answer = answer;
			this.thrown = thrown;
			this.status = status;
			this.failure = failure;
			this.outcome = (thrown != null) ? GuardedCall.outcomeOf(failure) : Outcome.ofHttpStatus(status);
		}

		boolean worthAnother(GuardedCall call) {
			return (this.thrown != null) ? call.again(this.failure, true) : call.again(this.status, true);
		}

		R result() throws IOException {
			if (this.thrown instanceof IOException io) {
				throw io;
			}
			if (this.thrown instanceof RuntimeException other) {
				throw other;
			}
			if (this.answer == null) {
				throw new IllegalStateException("The client gave no answer");
			}
			return this.answer;
		}

	}

}
