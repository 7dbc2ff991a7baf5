package io.governance.gray;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Requests of certain users.
 */
public final class UsersStrategy implements GrayStrategy, RequiredText.TextBound {

	private final UserIds users;

	/**
	 * Creates a strategy.
	 * @param users the ids of the users
	 * @throws IllegalArgumentException if an id is blank
	 */
	public UsersStrategy(Collection<String> users) {
		this(UserIds.of(users));
		if (users.stream().anyMatch(String::isBlank)) {
			throw new IllegalArgumentException("A user id must not be blank");
		}
	}

	private UsersStrategy(UserIds users) {
		this.users = users;
	}

	/** Reads a list, or lists that are documents of their own. */
	static UsersStrategy read(RulesNode definition) {
		if (!definition.isMap()) {
			return new UsersStrategy(definition.texts());
		}
		Map<String, RulesNode> entries = definition.entries("list", "documents");
		RulesNode list = entries.get("list");
		RulesNode documents = entries.get("documents");
		if (list == null && documents == null) {
			throw definition.invalid("has neither 'list' nor 'documents': write [a-user, another-user], or {documents: "
					+ "[users-vip.txt]}");
		}
		List<String> texts = new ArrayList<>();
		if (documents != null) {
			for (RulesNode document : documents.items()) {
				String text = document.document();
				check(document, text);
				texts.add(text);
			}
		}
		try {
			return new UsersStrategy(UserIds.of((list != null) ? list.texts() : List.of(), texts));
		}
		catch (ArithmeticException ex) {
			throw definition.invalid("is more than the 2 GB of ids that are allowed");
		}
	}

	/** What is no line of text is probably another document. */
	private static void check(RulesNode document, String text) {
		TextLines lines = new TextLines(text);
		while (lines.next()) {
			for (int i = lines.start(); i < lines.end(); i++) {
				if (Character.isISOControl(text.charAt(i))) {
					throw document.invalidLine(lines.line(),
							"holds a control character: write one user id on each line");
				}
			}
		}
	}

	/** The users whom a condition names, whatever else it says. */
	static List<UserIds> named(GrayStrategy strategy) {
		if (strategy instanceof UsersStrategy users) {
			return List.of(users.users);
		}
		return (strategy instanceof AnyStrategy any)
				? any.strategies().stream().flatMap((part) -> named(part).stream()).toList() : List.of();
	}

	@Override
	public boolean matches(GrayContext context) {
		String user = context.userId();
		return user != null && this.users.contains(user);
	}

	@Override
	public @Nullable RequiredText required() {
		Set<String> ids = (this.users.size() <= RequiredText.MAX_TEXTS) ? this.users.texts() : null;
		return (ids != null) ? RequiredText.of(TextSource.USER, ids) : null;
	}

	@Override
	public Condition explain(GrayContext context) {
		boolean met = matches(context);
		return Condition.of(this, met,
				met ? "the user is listed" : (context.userId() == null) ? "no user" : "the user is not listed");
	}

	@Override
	public String toString() {
		return "users(" + this.users.size() + ")";
	}

}
