package io.governance.boot.call;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The timeout of a single request, with all its tries, until its answer begins. For the
 * {@code attributes} of {@code RestClient} and {@code WebClient}:
 * {@code .attributes(CallTimeout.of(Duration.ofSeconds(2)))}.
 */
public final class CallTimeout {

	/** Name of the attribute, whose value is a {@link Duration}. */
	public static final String ATTRIBUTE = CallTimeout.class.getName();

	private CallTimeout() {
	}

	/**
	 * Sets the timeout of a request. The deadline of the service counts if it is shorter.
	 * @param timeout how long the call may take; zero for no limit of its own
	 * @return puts it into the attributes of a request
	 */
	public static Consumer<Map<String, Object>> of(Duration timeout) {
		return (attributes) -> attributes.put(ATTRIBUTE, timeout);
	}

}
