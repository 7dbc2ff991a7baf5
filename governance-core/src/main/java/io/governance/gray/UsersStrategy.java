package io.governance.gray;

import java.util.Collection;
import java.util.HashSet;
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

	/** The users whom a condition names, whatever else it says. */
	static UsersStrategy named(GrayStrategy strategy) {
		if (strategy instanceof UsersStrategy users) {
			return users;
		}
		Set<String> users = new HashSet<>();
		if (strategy instanceof AnyStrategy any) {
			any.strategies().forEach((part) -> users.addAll(named(part).users));
		}
		return new UsersStrategy(users);
	}

	int shared(UsersStrategy other) {
		return (int) this.users.stream().filter(other.users::contains).count();
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
