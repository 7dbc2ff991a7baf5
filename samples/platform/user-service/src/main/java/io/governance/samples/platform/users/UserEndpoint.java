package io.governance.samples.platform.users;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

import io.governance.boot.config.LiveConfig;
import io.governance.samples.platform.users.UserRepository.StoredUser;
import io.governance.samples.platform.users.api.CreateUserRequest;
import io.governance.samples.platform.users.api.GetUserRequest;
import io.governance.samples.platform.users.api.ListUsersRequest;
import io.governance.samples.platform.users.api.User;
import io.governance.samples.platform.users.api.UsersGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Service;

/**
 * Serves users over gRPC.
 */
@Service
class UserEndpoint extends UsersGrpc.UsersImplBase {

	private static final Logger logger = LoggerFactory.getLogger(UserEndpoint.class);

	private final UserRepository users;

	private final LiveConfig<UserSettings> settings;

	private final String instance;

	private final String version;

	UserEndpoint(UserRepository users, LiveConfig<UserSettings> settings,
			@Value("${governance.registry.instance.id:user-service}") String instance,
			@Value("${governance.registry.instance.version}") String version) {
		this.users = users;
		this.settings = settings;
		this.instance = instance;
		this.version = version;
	}

	@Override
	public void getUser(GetUserRequest request, StreamObserver<User> answer) {
		answer(answer, () -> {
			if (request.getId() <= 0) {
				throw Status.INVALID_ARGUMENT.withDescription("The id of a user is greater than 0")
					.asRuntimeException();
			}
			StoredUser user = this.users.find(request.getId())
				.orElseThrow(() -> Status.NOT_FOUND.withDescription("There is no user " + request.getId())
					.asRuntimeException());
			logger.debug("Found user {}", user.id());
			answer.onNext(message(user));
		});
	}

	@Override
	public void createUser(CreateUserRequest request, StreamObserver<User> answer) {
		answer(answer, () -> {
			String name = required("name", request.getName());
			String mail = required("mail address", request.getMail());
			String requestId = request.getRequestId().isEmpty() ? UUID.randomUUID().toString()
					: limited("request id", request.getRequestId(), 100);
			answer.onNext(message(this.users.create(requestId, name, mail)));
		});
	}

	@Override
	public void listUsers(ListUsersRequest request, StreamObserver<User> answer) {
		answer(answer, () -> this.users.findAfter(request.getAfter(), this.settings.get().pageSize())
			.forEach((user) -> answer.onNext(message(user))));
	}

	private static String required(String field, String value) {
		if (value.isBlank()) {
			throw Status.INVALID_ARGUMENT.withDescription("A user needs a " + field).asRuntimeException();
		}
		return limited(field, value.strip(), 200);
	}

	/** Longer ones have no room in the database. */
	private static String limited(String field, String value, int limit) {
		if (value.length() > limit) {
			throw Status.INVALID_ARGUMENT.withDescription("A %s has at most %d characters".formatted(field, limit))
				.asRuntimeException();
		}
		return value;
	}

	private void answer(StreamObserver<User> answer, Runnable work) {
		try {
			if (ThreadLocalRandom.current().nextInt(100) < this.settings.get().trouble()) {
				throw Status.UNAVAILABLE.withDescription("users.trouble wants it so").asRuntimeException();
			}
			work.run();
			answer.onCompleted();
		}
		catch (StatusRuntimeException ex) {
			answer.onError(ex);
		}
	}

	private User message(StoredUser user) {
		User.Builder message = User.newBuilder()
			.setId(user.id())
			.setName(user.name())
			.setMail(user.mail())
			.setServedBy(this.instance)
			.setVersion(this.version);
		if (!this.version.startsWith("1.")) {
			message.setSalutation("Dear " + user.name());
		}
		return message.build();
	}

}
