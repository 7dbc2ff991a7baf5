package io.governance.registry;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * What a directory is put together from: sources, each of them guarded, merged into one,
 * with fallbacks. Not thread-safe.
 */
final class DirectorySources {

	private static final Duration RECOVERY = Duration.ofSeconds(5);

	private final Map<String, Discovery> sources = new LinkedHashMap<>();

	private final Map<String, Supplier<Discovery>> fallbacks = new LinkedHashMap<>();

	private @Nullable ShrinkGuard guard = ShrinkGuard.DEFAULTS;

	void add(String name, Discovery discovery) {
		this.sources.put(name, discovery);
	}

	void fallBack(String name, Supplier<Discovery> discovery) {
		this.fallbacks.put(name, discovery);
	}

	/** Whether there is anything to fall back on. */
	boolean hasFallbacks() {
		return !this.fallbacks.isEmpty();
	}

	void guard(@Nullable ShrinkGuard guard) {
		this.guard = guard;
	}

	/** One discovery of all; tells those that are guarded. */
	Discovery compose(Duration patience, DirectoryTasks tasks, RandomGenerator random,
			Consumer<GuardedDiscovery> guarded) {
		if (this.sources.isEmpty()) {
			throw new IllegalStateException("A directory needs a source");
		}
		Map<String, Discovery> all = new LinkedHashMap<>();
		this.sources.forEach((name, source) -> all.put(name, guarded(name, source, tasks, random, guarded)));
		Discovery whole = (all.size() == 1) ? all.values().iterator().next()
				: new MergedDiscovery(all, patience, recovery(), tasks);
		return this.fallbacks.isEmpty() ? whole : new FallbackDiscovery(whole, this.fallbacks, patience, tasks);
	}

	/** A source that is back tells its list anew, and who is in doubt after the guard. */
	private Duration recovery() {
		ShrinkGuard guard = this.guard;
		return RECOVERY.plus((guard != null && guard.enabled()) ? guard.hold() : Duration.ZERO);
	}

	private Discovery guarded(String name, Discovery source, DirectoryTasks tasks, RandomGenerator random,
			Consumer<GuardedDiscovery> all) {
		ShrinkGuard guard = this.guard;
		if (guard == null || !guard.enabled() || source instanceof StaticDiscovery) {
			return source;
		}
		GuardedDiscovery guarded = new GuardedDiscovery(name, source, guard, tasks, random);
		all.accept(guarded);
		return guarded;
	}

}
