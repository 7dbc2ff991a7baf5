package io.governance.grpc;

import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;
import org.jspecify.annotations.Nullable;

import io.governance.Subscription;
import io.governance.registry.Instance;
import io.governance.registry.ServiceInstances;

/**
 * The live list of a service's instances, as a channel takes it. As long as nothing is
 * known nothing is told, so that calls wait; a lost connection to the registry changes
 * nothing. Confined to the synchronization context of its channel, but where noted.
 */
final class ServiceNameResolver extends NameResolver {

	/** Tells a load balancer whose addresses these are. */
	static final Attributes.Key<ResolvedService> SERVICE = Attributes.Key.create("io.governance.grpc.service");

	/** The id of the instance that an address belongs to. */
	static final Attributes.Key<String> INSTANCE = Attributes.Key.create("io.governance.grpc.instance");

	private final String service;

	private final GrpcServices services;

	private final SynchronizationContext context;

	private final ScheduledExecutorService timer;

	private final @Nullable Executor offload;

	private @Nullable Listener2 listener;

	private @Nullable Subscription subscription;

	private @Nullable ScheduledHandle patience;

	private List<Instance> instances = List.of();

	private boolean known;

	/** Counts lists. */
	private long revision;

	/**
	 * The list whose addresses were told last: addresses that are found late do not
	 * replace newer ones.
	 */
	private long toldRevision;

	/** Host names are being looked up, once at a time however often that is wanted. */
	private boolean lookingUp;

	/** Something changed meanwhile. */
	private boolean again;

	private boolean shutdown;

	ServiceNameResolver(String service, GrpcServices services, Args args) {
		this.service = service;
		this.services = services;
		this.context = args.getSynchronizationContext();
		this.timer = args.getScheduledExecutorService();
		this.offload = args.getOffloadExecutor();
	}

	@Override
	public String getServiceAuthority() {
		return this.service.replaceAll("[^A-Za-z0-9_.-]", "-");
	}

	@Override
	public void start(Listener2 listener) {
		this.listener = listener;
		try {
			this.subscription = this.services.subscribe(this.service,
					(instances) -> this.context.execute(() -> told(instances)));
		}
		catch (IllegalStateException ex) {
			tellError("Service '" + this.service + "' cannot be looked up: discovery has ended");
			return;
		}
		if (!this.known) {
			this.patience = this.context.schedule(this::impatient, this.services.firstListTimeout().toNanos(),
					TimeUnit.NANOSECONDS, this.timer);
		}
	}

	private void impatient() {
		if (!this.known && !this.shutdown) {
			tellError("The instances of service '" + this.service + "' are not known yet (waited "
					+ this.services.firstListTimeout().toMillis() + " ms): check that the backend can be reached");
		}
	}

	private void tellError(String message) {
		tell(StatusOr.fromStatus(Status.UNAVAILABLE.withDescription(message)));
	}

	private void told(ServiceInstances list) {
		if (this.shutdown || !list.known() || (this.known && list.instances().equals(this.instances))) {
			return;
		}
		this.known = true;
		this.instances = list.instances();
		this.revision++;
		resolve();
	}

	private void resolve() {
		Executor offload = this.offload;
		if (isLiteral() || offload == null) {
			tell(this.revision, StatusOr.fromValue(addresses(this.instances)));
		}
		else if (this.lookingUp) {
			this.again = true;
		}
		else {
			lookUp(offload);
		}
	}

	/** Whether nobody has to be asked for any address. */
	private boolean isLiteral() {
		return this.instances.stream().map(GrpcAddress::of).allMatch(GrpcAddress::isLiteral);
	}

	private void lookUp(Executor offload) {
		long revision = this.revision;
		List<Instance> instances = this.instances;
		this.lookingUp = true;
		offload.execute(() -> {
			StatusOr<List<EquivalentAddressGroup>> found = lookedUp(instances);
			this.context.execute(() -> {
				this.lookingUp = false;
				tell(revision, found);
				if (this.again && !this.shutdown) {
					this.again = false;
					resolve();
				}
			});
		});
	}

	/** Whatever happens, it comes to an end, and with it the next one can begin. */
	private StatusOr<List<EquivalentAddressGroup>> lookedUp(List<Instance> instances) {
		try {
			return StatusOr.fromValue(addresses(instances));
		}
		catch (RuntimeException | Error ex) {
			return StatusOr.fromStatus(Status.UNAVAILABLE
				.withDescription("The host names of service '" + this.service + "' cannot be looked up")
				.withCause(ex));
		}
	}

	/** Also of a list that is not the newest any more: that one may take long. */
	private void tell(long revision, StatusOr<List<EquivalentAddressGroup>> addresses) {
		if (revision >= this.toldRevision) {
			this.toldRevision = revision;
			tell(addresses);
		}
	}

	/** On whatever thread may wait for host names. */
	private static List<EquivalentAddressGroup> addresses(List<Instance> instances) {
		List<EquivalentAddressGroup> addresses = new ArrayList<>(instances.size());
		for (Instance instance : instances) {
			SocketAddress address = GrpcAddress.of(instance).resolve();
			addresses
				.add(new EquivalentAddressGroup(address, Attributes.newBuilder().set(INSTANCE, instance.id()).build()));
		}
		return addresses;
	}

	private void tell(StatusOr<List<EquivalentAddressGroup>> addresses) {
		Listener2 listener = this.listener;
		if (listener != null && !this.shutdown) {
			listener.onResult2(ResolutionResult.newBuilder()
				.setAddressesOrError(addresses)
				.setAttributes(Attributes.newBuilder()
					.set(SERVICE, new ResolvedService(this.service, this.services.picks(this.service)))
					.build())
				.build());
		}
	}

	/** A connection failed: the address of a host name may be another one by now. */
	@Override
	public void refresh() {
		if (this.known && !isLiteral()) {
			resolve();
		}
	}

	@Override
	public void shutdown() {
		this.shutdown = true;
		if (this.patience != null) {
			this.patience.cancel();
		}
		if (this.subscription != null) {
			this.subscription.close();
		}
	}

	/**
	 * A service that was resolved.
	 *
	 * @param name its name
	 * @param picks who picks its instances
	 */
	record ResolvedService(String name, ServicePicks picks) {
	}

}
