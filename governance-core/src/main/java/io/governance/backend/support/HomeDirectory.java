package io.governance.backend.support;

import java.nio.file.Path;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The home directory of the user whose process this is.
 */
public final class HomeDirectory {

	private HomeDirectory() {
	}

	/**
	 * Finds the directory: a JVM of a user who is in no list of users, as in many
	 * containers, calls it {@code ?}, and {@code HOME} may know better.
	 * @return the directory, {@code null} if there is none
	 */
	public static @Nullable Path find() {
		return find(System::getProperty, System::getenv);
	}

	/**
	 * The directory in it for what may be lost between two starts.
	 * @return the directory, {@code null} if there is no home directory
	 */
	public static @Nullable Path cache() {
		Path home = find();
		return (home != null) ? home.resolve(".cache").resolve("governance") : null;
	}

	static @Nullable Path find(Function<String, @Nullable String> properties,
			Function<String, @Nullable String> environment) {
		String home = properties.apply("user.home");
		if (home == null || home.isBlank() || home.equals("?")) {
			home = environment.apply("HOME");
		}
		return (home != null && !home.isBlank()) ? Path.of(home) : null;
	}

}
