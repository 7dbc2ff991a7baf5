package io.governance.boot.call;

import java.io.Closeable;
import java.net.URI;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.Fuseable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.core.NestedRuntimeException;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.Resource;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpEntity;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpRequestDecorator;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClientRequestException;

import io.governance.call.CallFailure;

/**
 * The body of a request of {@code WebClient}, which tells whether it can be sent once
 * more: as long as nobody has asked for it, or if it is a value and not a stream; and
 * whether a try failed because it could not be produced in time, or because of another
 * call, which is no failure of whoever it is sent to.
 */
final class RequestBody implements BodyInserter<Object, ClientHttpRequest> {

	/** Chains of causes end here, should one of them be a circle. */
	private static final int MAX_CAUSES = 20;

	private final BodyInserter<?, ? super ClientHttpRequest> body;

	private volatile boolean used;

	private volatile boolean value;

	private volatile @Nullable URI target;

	private final BodySource source = new BodySource();

	RequestBody(BodyInserter<?, ? super ClientHttpRequest> body) {
		this.body = body;
	}

	boolean sendable() {
		return !this.used || this.value || this.body == BodyInserters.empty();
	}

	/** Where the request with this body is sent to. */
	void sentTo(URI target) {
		this.target = target;
	}

	/** How a try with this body failed. */
	CallFailure failureOf(Throwable ex) {
		return (this.source.isAtFault(ex) || isOfAnotherCall(ex)) ? CallFailure.OTHER : CallFailure.of(ex);
	}

	/** Whether it is of a call that a filter of the client makes, for a token perhaps. */
	private boolean isOfAnotherCall(Throwable ex) {
		URI target = this.target;
		Throwable cause = ex;
		for (int i = 0; i < MAX_CAUSES && cause != null && target != null; i++) {
			if (cause instanceof WebClientRequestException failed) {
				return !Objects.equals(failed.getUri().getRawAuthority(), target.getRawAuthority());
			}
			if (cause instanceof NestedRuntimeException) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
	}

	@Override
	public Mono<Void> insert(ClientHttpRequest request, BodyInserter.Context context) {
		this.used = true;
		ClientHttpRequest watched = (request instanceof ZeroCopyHttpOutputMessage) ? new WatchedZeroCopyRequest(request)
				: new WatchedRequest(request);
		return this.body.insert(watched, new WatchedContext(context));
	}

	private void written(Publisher<?> body) {
		this.value = body instanceof Fuseable.ScalarCallable<?> scalar && isValue(scalar);
	}

	private static boolean isValue(Callable<?> body) {
		try {
			Object value = body.call();
			return (value instanceof MultiValueMap<?, ?> parts)
					? parts.values().stream().flatMap(List::stream).noneMatch(RequestBody::isReadOnce)
					: !isReadOnce(value);
		}
		catch (Exception ex) {
			return false;
		}
	}

	/**
	 * Whether it is used up by being sent; an entity is a part of a form, perhaps a
	 * stream.
	 */
	private static boolean isReadOnce(@Nullable Object value) {
		return value instanceof Closeable || value instanceof DataBuffer || value instanceof Iterator<?>
				|| value instanceof BaseStream<?, ?> || value instanceof HttpEntity<?>
				|| (value instanceof Resource resource && resource.isOpen());
	}

	/** Lets the body see what is written for it. */
	private final class WatchedContext implements BodyInserter.Context {

		private final BodyInserter.Context context;

		WatchedContext(BodyInserter.Context context) {
			this.context = context;
		}

		@Override
		public List<HttpMessageWriter<?>> messageWriters() {
			return this.context.messageWriters().stream().<HttpMessageWriter<?>>map(this::watched).toList();
		}

		private <T> HttpMessageWriter<T> watched(HttpMessageWriter<T> writer) {
			return new WatchedWriter<>(writer);
		}

		@Override
		public Optional<ServerHttpRequest> serverRequest() {
			return this.context.serverRequest();
		}

		@Override
		public Map<String, Object> hints() {
			return this.context.hints();
		}

	}

	/** Tells the body what it is asked to write. */
	private final class WatchedWriter<T> implements HttpMessageWriter<T> {

		private final HttpMessageWriter<T> writer;

		WatchedWriter(HttpMessageWriter<T> writer) {
			this.writer = writer;
		}

		@Override
		public List<MediaType> getWritableMediaTypes() {
			return this.writer.getWritableMediaTypes();
		}

		@Override
		public List<MediaType> getWritableMediaTypes(ResolvableType type) {
			return this.writer.getWritableMediaTypes(type);
		}

		@Override
		public boolean canWrite(ResolvableType type, @Nullable MediaType mediaType) {
			return this.writer.canWrite(type, mediaType);
		}

		@Override
		public Mono<Void> write(Publisher<? extends T> body, ResolvableType type, @Nullable MediaType mediaType,
				ReactiveHttpOutputMessage message, Map<String, Object> hints) {
			written(body);
			return this.writer.write(RequestBody.this.value ? body : RequestBody.this.source.watched(body), type,
					mediaType, message, hints);
		}

	}

	/** Lets the body see what becomes of that which is made of it. */
	private class WatchedRequest extends ClientHttpRequestDecorator {

		WatchedRequest(ClientHttpRequest request) {
			super(request);
		}

		@Override
		public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
			return super.writeWith(RequestBody.this.source.sent(body));
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			return super.writeAndFlushWith(
					RequestBody.this.source.sent(Flux.from(body).map(RequestBody.this.source::watched)));
		}

	}

	/** Files are still sent as such. */
	private final class WatchedZeroCopyRequest extends WatchedRequest implements ZeroCopyHttpOutputMessage {

		WatchedZeroCopyRequest(ClientHttpRequest request) {
			super(request);
		}

		@Override
		public Mono<Void> writeWith(Path file, long position, long count) {
			return ((ZeroCopyHttpOutputMessage) getDelegate()).writeWith(file, position, count);
		}

	}

}
