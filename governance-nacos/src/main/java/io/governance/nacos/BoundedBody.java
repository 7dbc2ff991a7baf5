package io.governance.nacos;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

import org.jspecify.annotations.Nullable;

/**
 * The body of one answer, which is given up when it is longer than any that Nacos sends.
 */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

	private final int most;

	private final ByteArrayOutputStream content = new ByteArrayOutputStream();

	private final CompletableFuture<byte[]> body = new CompletableFuture<>();

	private Flow.@Nullable Subscription subscription;

	/**
	 * Creates it.
	 * @param most how many octets it may have
	 */
	BoundedBody(int most) {
		this.most = most;
	}

	@Override
	public CompletionStage<byte[]> getBody() {
		return this.body;
	}

	@Override
	public void onSubscribe(Flow.Subscription subscription) {
		this.subscription = subscription;
		subscription.request(Long.MAX_VALUE);
	}

	@Override
	public void onNext(List<ByteBuffer> parts) {
		for (ByteBuffer part : parts) {
			if (part.remaining() > this.most - this.content.size()) {
				giveUp();
				return;
			}
			byte[] some = new byte[part.remaining()];
			part.get(some);
			this.content.writeBytes(some);
		}
	}

	private void giveUp() {
		if (this.subscription != null) {
			this.subscription.cancel();
		}
		this.body.completeExceptionally(
				new IOException("the answer is longer than " + this.most / 1024 / 1024 + " MiB: is that Nacos?"));
	}

	@Override
	public void onError(Throwable problem) {
		this.body.completeExceptionally(problem);
	}

	@Override
	public void onComplete() {
		this.body.complete(this.content.toByteArray());
	}

}
