package io.governance.local;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;

import io.governance.backend.support.HomeDirectory;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the local backend, {@code governance.local.*}.
 *
 * @param directory the directory that the processes of this machine share; a leading
 * {@code ~/} is the user's home. Default: {@code .governance} in the user's home
 * @param settle how long a document must have been still before it counts as saved, 1 ms
 * to 10 s; one that is renamed into its place is taken at once. Default: 50 ms
 * @param lease how long an instance stays listed after its process was last heard of, 200
 * ms to 5 min; renewed four times in that time. Default: 3 s
 * @param rescan how often everything that is watched is looked at again, should the
 * operating system have missed telling a change, 50 ms to 5 min. One look costs a few
 * microseconds for each watched file, so that the default is short. Default: 1 s
 */
public record LocalSettings(String directory, Duration settle, Duration lease, Duration rescan) {

	private static final Duration DEFAULT_SETTLE = Duration.ofMillis(50);

	private static final Duration DEFAULT_LEASE = Duration.ofSeconds(3);

	private static final Duration DEFAULT_RESCAN = Duration.ofSeconds(1);

	/**
	 * Creates settings; {@code null} stands for the default.
	 * @throws IllegalArgumentException if a setting is out of its range
	 */
	public LocalSettings(@Nullable String directory, @Nullable Duration settle, @Nullable Duration lease,
			@Nullable Duration rescan) {
		this.directory = (directory != null) ? directory : home().resolve(".governance").toString();
		this.settle = (settle != null) ? settle : DEFAULT_SETTLE;
		this.lease = (lease != null) ? lease : DEFAULT_LEASE;
		this.rescan = (rescan != null) ? rescan : DEFAULT_RESCAN;
		checkDirectory(this.directory);
		check("settle", this.settle, Duration.ofMillis(1), Duration.ofSeconds(10));
		check("lease", this.lease, Duration.ofMillis(200), Duration.ofMinutes(5));
		check("rescan", this.rescan, Duration.ofMillis(50), Duration.ofMinutes(5));
	}

	private static Path home() {
		Path home = HomeDirectory.find();
		if (home == null) {
			throw new IllegalArgumentException(
					"This user has no home directory: set governance.local.directory to the whole path of one");
		}
		return home;
	}

	private static void checkDirectory(String directory) {
		if (directory.isBlank()) {
			throw new IllegalArgumentException(
					"governance.local.directory is empty: name a directory, or leave the property out for ~/.governance");
		}
		try {
			resolve(directory);
		}
		catch (InvalidPathException ex) {
			throw new IllegalArgumentException("governance.local.directory is not a path: " + ex.getReason()
					+ ". Name a directory of this machine", ex);
		}
	}

	private static void check(String property, Duration value, Duration min, Duration max) {
		if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
			throw new IllegalArgumentException("governance.local." + property + " is " + text(value)
					+ ": set it to a duration from " + text(min) + " to " + text(max));
		}
	}

	private static String text(Duration duration) {
		return (duration.toMillisPart() == 0) ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
	}

	private static Path resolve(String directory) {
		Path path = (directory.equals("~") || directory.startsWith("~/"))
				? home().resolve(directory.substring(1).replaceFirst("^/", "")) : Path.of(directory);
		return path.toAbsolutePath().normalize();
	}

	/**
	 * The directory as a path.
	 * @return the absolute path
	 */
	public Path path() {
		return resolve(this.directory);
	}

}
