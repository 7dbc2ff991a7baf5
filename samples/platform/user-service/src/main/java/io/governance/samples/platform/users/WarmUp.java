package io.governance.samples.platform.users;

import java.util.concurrent.TimeUnit;

import io.governance.samples.platform.users.api.GetUserRequest;
import io.governance.samples.platform.users.api.UsersGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;

import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.context.event.EventListener;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;
import org.springframework.stereotype.Component;

/**
 * Calls this very instance some times before it accepts traffic, so that nobody else has
 * to wait for classes and connections. An instance is registered after that.
 */
@Component
class WarmUp implements ApplicationRunner {

	private static final int CALLS = 50;

	private static final int SECONDS = 5;

	private volatile int port;

	@EventListener
	void started(GrpcServerStartedEvent event) {
		this.port = event.getPort();
	}

	@Override
	public void run(ApplicationArguments arguments) {
		ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", this.port).usePlaintext().build();
		try {
			UsersGrpc.UsersBlockingStub self = UsersGrpc.newBlockingStub(channel)
				.withDeadlineAfter(SECONDS, TimeUnit.SECONDS);
			for (int i = 0; i < CALLS; i++) {
				self.getUser(GetUserRequest.newBuilder().setId(1).build());
			}
		}
		catch (StatusRuntimeException ex) {
			// Warm enough.
		}
		finally {
			channel.shutdownNow();
		}
	}

}
