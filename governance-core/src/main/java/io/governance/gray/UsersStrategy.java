package io.governance.gray;

import java.util.Collection;
import java.util.Set;

/**
 * Requests of certain users.
 */
public final class UsersStrategy implements GrayStrategy {

	private final Set<String> users;

	/**
	 * Creates a strategy.
	 * @param users the ids of the users
	 * @throws IllegalArgumentException if an id is blank
	 */
	public UsersStrategy(Collection<String> users) {
		this.users = Set.copyOf(users);
		if (this.users.stream().anyMatch(String::isBlank)) {
			throw new IllegalArgumentException("A user id must not be blank");
		}
	}

	@Override
	public boolean matches(GrayContext context) {
		String user = context.userId();
		return user != null && this.users.contains(user);
	}

	@Override
	public String toString() {
		return "users(" + this.users.size() + ")";
	}

}
