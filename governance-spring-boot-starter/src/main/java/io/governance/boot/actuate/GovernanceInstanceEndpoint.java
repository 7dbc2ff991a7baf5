package io.governance.boot.actuate;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.governance.boot.registry.InboundCalls;
import io.governance.boot.registry.InstanceRegistrar;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationState;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows how this application is registered, and, where the access of the endpoint is
 * unrestricted, takes it out of service and back.
 */
@Endpoint(id = "governanceinstance", defaultAccess = Access.READ_ONLY)
public final class GovernanceInstanceEndpoint {

	private static final List<InstanceStatus> SETTABLE = List.of(InstanceStatus.UP, InstanceStatus.DRAINING,
			InstanceStatus.OUT_OF_SERVICE);

	private final RegistrationKeeper keeper;

	private final InstanceRegistrar registrar;

	private final InboundCalls calls;

	private final ShownMetadata metadata;

	GovernanceInstanceEndpoint(RegistrationKeeper keeper, InstanceRegistrar registrar, InboundCalls calls,
			ShownMetadata metadata) {
		this.keeper = keeper;
		this.registrar = registrar;
		this.calls = calls;
		this.metadata = metadata;
	}

	/**
	 * How this application is registered.
	 * @return what is shown of it
	 */
	@ReadOperation
	public Report instance() {
		long quiet = this.calls.quietNanos();
		return new Report(this.registrar.status(), this.keeper.states().stream().map(this::describe).toList(),
				(quiet != Long.MAX_VALUE) ? quiet / 1_000_000 : null);
	}

	/**
	 * Sets the status of this instance until it is set again or the process ends.
	 * @param status {@code UP}, {@code DRAINING} or {@code OUT_OF_SERVICE}; {@code UP}
	 * leaves it to the application itself
	 * @return what is shown then; the registry is told as soon as it can be
	 */
	@WriteOperation
	public Report set(String status) {
		this.registrar.set(parse(status));
		return instance();
	}

	private static InstanceStatus parse(String text) {
		String name = text.strip().toUpperCase(Locale.ROOT).replace('-', '_');
		return Arrays.stream(InstanceStatus.values())
			.filter((status) -> SETTABLE.contains(status) && status.name().equals(name))
			.findAny()
			.orElseThrow(() -> new InvalidEndpointRequestException("No such status",
					"The status can be set to one of " + SETTABLE));
	}

	private Registered describe(RegistrationState state) {
		Instance instance = state.instance();
		return new Registered(state.backend(), instance.service(), instance.id(), instance.host(), instance.port(),
				instance.secure(), instance.status(), instance.zone(), instance.version(), instance.lane(),
				instance.weight(), this.metadata.of(instance.metadata()), state.registered(),
				state.failure().isEmpty() ? null : state.failure());
	}

	/**
	 * How an application is registered.
	 *
	 * @param status the status that it is to have
	 * @param registrations what is kept registered; empty until it accepts traffic
	 * @param quietMillis how long no request has come but for probes, in milliseconds
	 */
	public record Report(InstanceStatus status, List<Registered> registrations, @Nullable Long quietMillis) {
	}

	/**
	 * One registration.
	 *
	 * @param backend the name of the backend; empty if it has none
	 * @param service the service
	 * @param id the instance's id
	 * @param host where it is reached
	 * @param port where it is reached
	 * @param secure whether it speaks TLS
	 * @param status the status that is told
	 * @param zone its zone
	 * @param version its version
	 * @param lane its lane
	 * @param weight its weight
	 * @param metadata what else is told, secrets masked
	 * @param registered whether the registry is known to hold it
	 * @param problem why not
	 */
	public record Registered(String backend, String service, String id, String host, int port, boolean secure,
			InstanceStatus status, String zone, String version, String lane, int weight,
			Map<String, @Nullable Object> metadata, boolean registered, @Nullable String problem) {
	}

}
