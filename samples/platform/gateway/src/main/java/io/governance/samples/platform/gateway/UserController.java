package io.governance.samples.platform.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.governance.samples.platform.users.api.CreateUserRequest;
import io.governance.samples.platform.users.api.GetUserRequest;
import io.governance.samples.platform.users.api.ListUsersRequest;
import io.governance.samples.platform.users.api.User;
import io.governance.samples.platform.users.api.UsersGrpc;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Users, from user-service over gRPC. What is not valid is up to user-service.
 */
@RestController
@RequestMapping("/api/users")
class UserController {

	private final UsersGrpc.UsersBlockingStub users;

	UserController(UsersGrpc.UsersBlockingStub users) {
		this.users = users;
	}

	@GetMapping("/{id}")
	UserView user(@PathVariable long id) {
		return UserView.of(this.users.getUser(GetUserRequest.newBuilder().setId(id).build()));
	}

	@GetMapping
	List<UserView> users(@RequestParam(defaultValue = "0") long after) {
		List<UserView> page = new ArrayList<>();
		this.users.listUsers(ListUsersRequest.newBuilder().setAfter(after).build())
			.forEachRemaining((user) -> page.add(UserView.of(user)));
		return page;
	}

	@PostMapping
	@ResponseStatus(HttpStatus.CREATED)
	UserView create(@RequestBody NewUser user,
			@RequestHeader(name = "Idempotency-Key", required = false) @Size(min = 1) @Nullable String key) {
		CreateUserRequest.Builder request = CreateUserRequest.newBuilder()
			.setRequestId((key != null) ? key : UUID.randomUUID().toString());
		if (user.name() != null) {
			request.setName(user.name());
		}
		if (user.mail() != null) {
			request.setMail(user.mail());
		}
		return UserView.of(this.users.createUser(request.build()));
	}

	/**
	 * A user to be.
	 *
	 * @param name the name
	 * @param mail the mail address
	 */
	record NewUser(@Nullable String name, @Nullable String mail) {
	}

	/**
	 * A user.
	 *
	 * @param id the user's number
	 * @param name the name
	 * @param mail the mail address
	 * @param salutation how to address the user; empty before version 2
	 * @param servedBy the instance that has answered
	 * @param version its version
	 */
	record UserView(long id, String name, String mail, String salutation, String servedBy, String version) {

		static UserView of(User user) {
			return new UserView(user.getId(), user.getName(), user.getMail(), user.getSalutation(), user.getServedBy(),
					user.getVersion());
		}

	}

}
