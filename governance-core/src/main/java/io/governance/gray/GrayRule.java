package io.governance.gray;

import java.util.regex.Pattern;

/**
 * Sends the requests that meet a condition to a lane of a service. Immutable.
 *
 * @param name the rule's name, for people
 * @param service the service that is called, or {@value #ALL_SERVICES} for each
 * @param lane the lane
 * @param strategy the condition
 * @param otherwise what to do when no instance of the lane takes calls
 * @param terms what it says beside that
 */
public record GrayRule(String name, String service, Lane lane, GrayStrategy strategy, Otherwise otherwise,
		RuleTerms terms) implements RequestRule {

	/** Stands for each service. */
	public static final String ALL_SERVICES = "*";

	private static final Pattern SERVICE = Pattern.compile("\\*|[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,199}");

	/**
	 * Creates a rule.
	 * @throws IllegalArgumentException if the name is blank or the service's name is not
	 * valid
	 */
	public GrayRule {
		if (name.isBlank()) {
			throw new IllegalArgumentException("A rule needs a name");
		}
		if (!isService(service)) {
			throw new IllegalArgumentException(
					"Rule '" + name + "' has no valid name of a service, nor " + ALL_SERVICES + " for each");
		}
	}

	/**
	 * Creates a rule that is in force for ever, in the order of the document.
	 * @param name the rule's name
	 * @param service the service, or {@value #ALL_SERVICES} for each
	 * @param lane the lane
	 * @param strategy the condition
	 * @param otherwise what to do when no instance of the lane takes calls
	 * @throws IllegalArgumentException if the name is blank or the service's name is not
	 * valid
	 */
	public GrayRule(String name, String service, Lane lane, GrayStrategy strategy, Otherwise otherwise) {
		this(name, service, lane, strategy, otherwise, RuleTerms.DEFAULT);
	}

	@Override
	public String target() {
		return this.service + "=" + this.lane.name();
	}

	boolean covers(String service) {
		return this.service.equals(ALL_SERVICES) || this.service.equals(service);
	}

	static boolean isService(String name) {
		return SERVICE.matcher(name).matches();
	}

}
