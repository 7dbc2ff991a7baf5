package io.governance.config;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What remote documents may not say. Whoever can write a document should not thereby be
 * able to run code in every application that reads it, nor to change how it is started
 * and guarded. Immutable.
 */
public final class RemotePolicy {

	/**
	 * What changes how an application is started, guarded or watched over: whoever may
	 * write a document must not thereby get hold of the application. What leaves out
	 * auto-configuration could leave out the one of its security. Profiles are in it
	 * since the environment reads them anew each time as long as none is active; where
	 * the config is kept, since what is opened later would go elsewhere.
	 */
	public static final List<String> NOT_REMOTE = List.of("spring.autoconfigure", "spring.config", "spring.main",
			"spring.profiles", "spring.cloud.bootstrap", "logging.config", "management", "governance.config",
			"governance.secrets", "governance.namespace", "governance.backend");

	/** Everything may be said: for readers that run nothing of what they read. */
	public static final RemotePolicy NONE = new RemotePolicy(List.of(), List.of(), true);

	private final List<String> ignored;

	private final List<String> allowed;

	/** What the ignored keys begin with. */
	private final String firsts;

	private final boolean expressions;

	/**
	 * Creates a policy.
	 * @param ignored keys that are not taken over, with all below them
	 * @param allowed exceptions to these: keys that are taken over, with all below them
	 * @param expressions whether values may hold expressions, which begin with
	 * <code>#{</code>
	 */
	public RemotePolicy(List<String> ignored, List<String> allowed, boolean expressions) {
		this.ignored = ignored.stream().map(ConfigKeys::plain).toList();
		this.allowed = allowed.stream().map(ConfigKeys::plain).toList();
		this.firsts = this.ignored.stream().map((key) -> key.substring(0, 1)).collect(Collectors.joining());
		this.expressions = expressions;
	}

	/**
	 * Whether a key is not taken over, however it is spelled.
	 * @param key the key as written
	 * @return {@code true} if it is to be ignored
	 */
	public boolean ignores(String key) {
		if (this.firsts.indexOf(ConfigKeys.first(key)) < 0) {
			return false;
		}
		if (!ConfigKeys.bracketsMatch(key)) {
			return this.ignored.stream().anyMatch((prefix) -> ConfigKeys.mayBeBelow(key, prefix));
		}
		String plain = ConfigKeys.plain(key);
		return isBelowOneOf(this.ignored, plain) && !isBelowOneOf(this.allowed, plain);
	}

	private static boolean isBelowOneOf(List<String> prefixes, String key) {
		for (String prefix : prefixes) {
			if (ConfigKeys.isBelow(key, prefix)) {
				return true;
			}
		}
		return false;
	}

	void check(String key, ConfigValue value) {
		if (!this.expressions && value.value() instanceof String text && text.contains("#{")) {
			throw expression(value.origin(), key);
		}
	}

	/**
	 * The refusal of a value that holds an expression.
	 * @param origin where the value stands, if it stands in a document
	 * @param key its key
	 * @return the exception, to be thrown
	 */
	public static InvalidConfigException expression(@Nullable ConfigOrigin origin, String key) {
		return new InvalidConfigException(origin, key,
				"holds an expression '#{', which would be run as code: remote config may not, unless governance.config.allow-expressions is true",
				null);
	}

}
