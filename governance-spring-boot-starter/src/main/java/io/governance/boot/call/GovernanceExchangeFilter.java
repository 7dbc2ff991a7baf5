package io.governance.boot.call;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.Response;
import org.springframework.cloud.client.loadbalancer.reactive.LoadBalancerClientRequestTransformer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.client.loadbalancer.reactive.ReactorLoadBalancerExchangeFilterFunction;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFunction;

import io.governance.boot.loadbalancer.AvoidedInstances;
import io.governance.boot.loadbalancer.ChosenInstance;
import io.governance.boot.loadbalancer.NoInstanceException;
import io.governance.boot.loadbalancer.OpenCall;
import io.governance.boot.loadbalancer.ReactiveCallLane;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.call.CallFailure;
import io.governance.call.Deadline;
import io.governance.loadbalancer.Outcome;

/**
 * Makes the calls of {@code WebClient} and HTTP interfaces over it: Spring Cloud's filter
 * for each try, with further tries on other instances. Never blocks.
 */
final class GovernanceExchangeFilter extends ReactorLoadBalancerExchangeFilterFunction {

	/** How long an answer that is thrown away may keep its connection. */
	private static final Duration RELEASE = Duration.ofSeconds(1);

	private final CallGuards guards;

	private final CallDeadlines deadlines;

	private final ServiceBalancers balancers;

	private final ReactiveCallLane lane;

	GovernanceExchangeFilter(ReactiveLoadBalancer.Factory<ServiceInstance> factory,
			List<LoadBalancerClientRequestTransformer> transformers, CallGuards guards, CallDeadlines deadlines,
			ServiceBalancers balancers, ReactiveCallLane lane) {
		super(factory, ChosenMark.after(transformers));
		this.guards = guards;
		this.deadlines = deadlines;
		this.balancers = balancers;
		this.lane = lane;
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		String service = request.url().getHost();
		if (service == null) {
			return super.filter(request, next);
		}
		return Mono.deferContextual((context) -> {
			GuardedCall call = this.guards.of(service)
				.begin(request.method().name(), deadline(request, context))
				.tracedBy(CallTrace.of(context.getOrDefault(ObservationThreadLocalAccessor.KEY, null)));
			return attempt(new Tries(call, request, next), null).doOnCancel(() -> call.over(Outcome.CANCELLED));
		});
	}

	private Deadline deadline(ClientRequest request, ContextView context) {
		// That of the thread, too: code that blocks may wait for this client.
		Deadline own = this.deadlines.of(request.attributes());
		Deadline outer = context.getOrDefault(GovernanceReactiveCalls.DEADLINE, null);
		return (outer != null) ? own.earlier(outer) : own;
	}

	private Mono<ClientResponse> attempt(Tries tries, @Nullable Try before) {
		RequestBody body = new RequestBody(tries.request.body());
		ClientRequest request = ClientRequest.from(tries.request)
			.attribute(AvoidedInstances.ATTRIBUTE, tries.call)
			.body(body)
			.build();
		Mono<Try> made = Mono.defer(() -> super.filter(request, (outgoing) -> {
			release(before);
			return send(tries.call, outgoing, body, tries.next);
		})).map(Try::new).onErrorResume((ex) -> Mono.just(failed(tries, ex, body, before)));
		return made.flatMap((done) -> decide(tries, done, body)).doOnCancel(() -> release(before));
	}

	/** Without anybody else to try, the call ends as the try before did. */
	private static Try failed(Tries tries, Throwable ex, RequestBody body, @Nullable Try before) {
		// What fails behind the choice may lack the instances of another service.
		if (before != null && ex instanceof NoInstanceException none
				&& none.service().equals(tries.request.url().getHost()) && before.keep()) {
			return before;
		}
		release(before);
		return new Try(ex, body.failureOf(ex));
	}

	private static void release(@Nullable Try before) {
		if (before != null) {
			before.release();
		}
	}

	private Mono<ClientResponse> decide(Tries tries, Try done, RequestBody body) {
		if (!done.last && done.worthAnother(tries.call, body.sendable())) {
			return attempt(tries, done);
		}
		tries.call.over(done.outcome);
		return done.result();
	}

	@Override
	protected Mono<Response<ServiceInstance>> choose(String service, Request<RequestDataContext> request) {
		Mono<Response<ServiceInstance>> choice = chooseOne(service, request);
		GuardedCall call = callOf(request.getContext());
		if (call == null || call.tries() == 0) {
			return choice;
		}
		return choice.onErrorResume(NoInstanceException.class,
				(ex) -> call.startOver() ? pause(call, chooseOne(service, request)) : Mono.error(ex));
	}

	private static @Nullable GuardedCall callOf(@Nullable RequestDataContext context) {
		RequestData data = (context != null) ? context.getClientRequest() : null;
		return (data != null && data.getAttributes().get(AvoidedInstances.ATTRIBUTE) instanceof GuardedCall call) ? call
				: null;
	}

	private static <T> Mono<T> pause(GuardedCall call, Mono<T> then) {
		return then.delayElement(Duration.ofNanos(call.pauseNanos()));
	}

	private Mono<Response<ServiceInstance>> chooseOne(String service, Request<RequestDataContext> request) {
		return super.choose(service, request)
			.flatMap((response) -> response.hasServer() ? Mono.just(response) : noInstance(service))
			.switchIfEmpty(noInstance(service));
	}

	private Mono<Response<ServiceInstance>> noInstance(String service) {
		return Mono.deferContextual((context) -> Mono
			.error(this.balancers.noInstance(service, this.lane.in(context).laneFor(service).name())));
	}

	private Mono<ClientResponse> send(GuardedCall call, ClientRequest request, RequestBody body,
			ExchangeFunction next) {
		Object chosen = ChosenMark.of(request);
		body.sentTo(request.url());
		Deadline limit = call.tryDeadline();
		if (limit.remainingNanos() == 0) {
			return notSent(call, chosen);
		}
		OpenCall open = call.tries(chosen);
		// What throws in there ends the call like any other failure.
		Mono<ClientResponse> answer = within(limit, call,
				Mono.defer(() -> next.exchange(request)).switchIfEmpty(noAnswer(request)));
		if (open == null) {
			return answer;
		}
		AtomicReference<Outcome> givenUp = new AtomicReference<>(Outcome.CANCELLED);
		return answer.doOnError((ex) -> open.end(GuardedCall.outcomeOf(body.failureOf(ex))))
			.doOnCancel(() -> open.end(Objects.requireNonNull(givenUp.get())))
			.flatMap((response) -> {
				open.answered();
				Outcome outcome = Outcome.ofHttpStatus(response.statusCode().value());
				ReadAhead ahead = call.readAhead();
				// What is of unknown length may be a stream, of which parts are wanted
				// at once.
				if (!ahead.wants(response.headers().contentLength().orElse(-1), null)) {
					// Whoever has enough of a body has had an answer.
					givenUp.set(outcome);
					return Mono.just(held(response, open, outcome));
				}
				return within(limit, call, body(response, ahead.limit())).doOnSuccess((bytes) -> open.end(outcome))
					.doOnError((ex) -> open.end(Outcome.FAILURE))
					.doOnCancel(() -> open.end(Outcome.CANCELLED))
					.map((bytes) -> with(response, bytes));
			});
	}

	/** There is no time left, of which the instance knows nothing. */
	private static Mono<ClientResponse> notSent(GuardedCall call, @Nullable Object chosen) {
		if (chosen instanceof ChosenInstance instance) {
			instance.cancelled();
		}
		return Mono.error(() -> call.timeout(null));
	}

	private static <T> Mono<T> within(Deadline limit, GuardedCall call, Mono<T> step) {
		long nanos = limit.remainingNanos();
		return (nanos == Long.MAX_VALUE) ? step
				: step.timeout(Duration.ofNanos(nanos)).onErrorMap(TimeoutException.class, call::timeout);
	}

	/** What ends without an answer or a failure would not end the call. */
	private static Mono<ClientResponse> noAnswer(ClientRequest request) {
		return Mono.error(() -> new IllegalStateException("A filter or connector of the client ended the call "
				+ request.method() + " to " + request.url().getHost() + " without an answer"));
	}

	private static ClientResponse held(ClientResponse response, OpenCall open, Outcome outcome) {
		return response.mutate()
			.body((body) -> body.doOnComplete(() -> open.end(outcome))
				.doOnError((ex) -> open.end(Outcome.FAILURE))
				.doOnCancel(() -> open.end(outcome)))
			.build();
	}

	private static Mono<byte[]> body(ClientResponse response, int limit) {
		return DataBufferUtils.join(response.body(BodyExtractors.toDataBuffers()), limit)
			.map(GovernanceExchangeFilter::copy)
			.defaultIfEmpty(new byte[0]);
	}

	private static ClientResponse with(ClientResponse response, byte[] body) {
		return response.mutate()
			.body((read) -> Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body))))
			.build();
	}

	/** What nobody reads needs not be given free. */
	private static byte[] copy(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

	/** What the tries of one call have in common. */
	private record Tries(GuardedCall call, ClientRequest request, ExchangeFunction next) {
	}

	/** How a try ended: with an answer or a failure. */
	private static final class Try {

		private final @Nullable ClientResponse answer;

		private final @Nullable Throwable thrown;

		private final CallFailure failure;

		private final Outcome outcome;

		/** Whether it is in other hands: those of the caller, or thrown away. */
		private final AtomicBoolean left = new AtomicBoolean();

		private boolean last;

		Try(ClientResponse answer) {
			this.answer = answer;
			this.thrown = null;
			this.failure = CallFailure.OTHER;
			this.outcome = Outcome.ofHttpStatus(answer.statusCode().value());
		}

		Try(Throwable thrown, CallFailure failure) {
			this.answer = null;
			this.thrown = thrown;
			this.failure = failure;
			this.outcome = GuardedCall.outcomeOf(failure);
		}

		boolean worthAnother(GuardedCall call, boolean sendable) {
			return (this.answer != null) ? call.again(this.answer.statusCode().value(), sendable)
					: call.again(this.failure, sendable);
		}

		/**
		 * There is nobody else to try: the call ends like this, unless it is too late.
		 */
		boolean keep() {
			this.last = this.left.compareAndSet(false, true);
			return this.last;
		}

		void release() {
			if (this.left.compareAndSet(false, true) && this.answer != null) {
				this.answer.releaseBody().timeout(RELEASE).onErrorComplete().subscribe();
			}
		}

		Mono<ClientResponse> result() {
			if (this.answer != null) {
				return Mono.just(this.answer);
			}
			return Mono.error((this.thrown != null) ? this.thrown : new IllegalStateException("No answer"));
		}

	}

}
