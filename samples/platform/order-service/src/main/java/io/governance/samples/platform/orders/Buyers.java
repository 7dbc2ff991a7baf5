package io.governance.samples.platform.orders;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

import io.governance.samples.platform.users.api.GetUserRequest;
import io.governance.samples.platform.users.api.User;
import io.governance.samples.platform.users.api.UsersGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

import org.springframework.stereotype.Component;

/**
 * Asks user-service who has ordered. While it does not answer, or the circuit breaker
 * keeps calls from it, the answer is nobody rather than an error.
 */
@Component
class Buyers {

	private static final Set<Status.Code> NO_ANSWER = EnumSet.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED,
			Status.Code.RESOURCE_EXHAUSTED);

	private final UsersGrpc.UsersBlockingStub users;

	Buyers(UsersGrpc.UsersBlockingStub users) {
		this.users = users;
	}

	/**
	 * Returns the user, or nobody if user-service does not answer.
	 * @param id the user
	 * @throws UnknownBuyerException if there is no such user
	 */
	Optional<User> find(long id) {
		try {
			return Optional.of(this.users.getUser(GetUserRequest.newBuilder().setId(id).build()));
		}
		catch (StatusRuntimeException ex) {
			Status.Code code = ex.getStatus().getCode();
			if (NO_ANSWER.contains(code)) {
				return Optional.empty();
			}
			if (code == Status.Code.NOT_FOUND || code == Status.Code.INVALID_ARGUMENT) {
				throw new UnknownBuyerException(id);
			}
			throw ex;
		}
	}

	/** There is no such user. */
	static final class UnknownBuyerException extends RuntimeException {

		UnknownBuyerException(long id) {
			super("There is no user " + id);
		}

	}

}
