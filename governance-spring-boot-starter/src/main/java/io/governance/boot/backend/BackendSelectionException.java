package io.governance.boot.backend;

import java.util.Collection;
import java.util.Set;

import io.governance.GovernanceException;

/**
 * It is not clear, or not possible, which backend to use.
 */
public class BackendSelectionException extends GovernanceException {

	private static final Set<String> OURS = Set.of("consul", "etcd", "nacos");

	private final String action;

	private BackendSelectionException(String message, String action) {
		super(message + ". " + action);
		this.action = action;
	}

	static BackendSelectionException unknown(String name, Collection<String> available) {
		return new BackendSelectionException("There is no backend '" + name + "'; available are " + available,
				"Set governance.backend to one of them, or " + addition(name));
	}

	static BackendSelectionException unknown(String property, String name, Collection<String> available) {
		return new BackendSelectionException(
				"There is no backend '" + name + "', as " + property + " names it; available are " + available,
				"Set " + property + " to what there is, describe it by governance.backends." + name + ".type, or "
						+ addition(name));
	}

	static BackendSelectionException unknownType(String name, String type, Collection<String> available) {
		return new BackendSelectionException(
				"There is no backend of the type '" + type + "', as governance.backends." + name
						+ ".type names it; available are " + available,
				"Set governance.backends." + name + ".type to one of them, or " + addition(type));
	}

	static BackendSelectionException ambiguous(Collection<String> available) {
		return new BackendSelectionException("Several backends are on the classpath: " + available,
				"Set governance.backend to the one to use, or remove the jar of the other");
	}

	/** A name that none of ours has may be a slip of the pen. */
	private static String addition(String name) {
		return OURS.contains(name) ? "add the dependency io.governance:governance-" + name
				: "add the dependency of its backend, such as io.governance:governance-consul";
	}

	/**
	 * What to do.
	 * @return a sentence
	 */
	public String action() {
		return this.action;
	}

}
