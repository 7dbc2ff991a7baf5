package io.governance.nacos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.pojo.ServiceInfo;
import com.alibaba.nacos.api.naming.remote.NamingRemoteConstants;
import com.alibaba.nacos.api.naming.remote.request.BatchInstanceRequest;
import com.alibaba.nacos.api.naming.remote.request.InstanceRequest;
import com.alibaba.nacos.api.naming.remote.request.PersistentInstanceRequest;
import com.alibaba.nacos.api.naming.remote.request.ServiceListRequest;
import com.alibaba.nacos.api.naming.remote.request.ServiceQueryRequest;
import com.alibaba.nacos.api.naming.remote.request.SubscribeServiceRequest;
import com.alibaba.nacos.api.naming.remote.response.QueryServiceResponse;
import com.alibaba.nacos.api.naming.remote.response.ServiceListResponse;
import com.alibaba.nacos.api.remote.request.Request;
import com.alibaba.nacos.api.remote.response.Response;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

import io.governance.BackendUnavailableException;
import io.governance.registry.Instance;

/**
 * What can be asked about services, in one namespace and group. Thread-safe.
 */
final class NacosNaming {

	private static final int PAGE = 500;

	private static final String GROUP_MARK = "@@";

	private final NacosLink link;

	private final NacosAdmin admin;

	private final NacosSettings settings;

	private final String namespace;

	NacosNaming(NacosLink link, NacosAdmin admin, NacosSettings settings, String namespace) {
		this.link = link;
		this.admin = admin;
		this.settings = settings;
		this.namespace = NacosNames.namespace(namespace);
	}

	NacosLink link() {
		return this.link;
	}

	/** Registers the whole set of own instances of a service on this connection. */
	void register(String service, Collection<Instance> instances) {
		List<com.alibaba.nacos.api.naming.pojo.Instance> all = new ArrayList<>();
		instances.forEach((instance) -> all.add(NacosInstances.toNacos(instance, this.settings)));
		accept("register instances of " + service, new BatchInstanceRequest(this.namespace, service,
				this.settings.group(), NamingRemoteConstants.BATCH_REGISTER_INSTANCE, all));
	}

	/** Registers an instance that stays when the connection goes. */
	void registerPersistent(String service, Instance instance) {
		String what = "register instance '" + instance.id() + "' of " + service;
		Response answer = this.link.call(what,
				new PersistentInstanceRequest(this.namespace, service, this.settings.group(),
						NamingRemoteConstants.REGISTER_INSTANCE, NacosInstances.toNacos(instance, this.settings)),
				Response.class);
		if (answer.getErrorCode() == NacosException.NO_HANDLER) {
			throw this.link.refused(what, "this server takes persistent instances over HTTP alone, as those before "
					+ "version 3 may do. Leave governance.nacos.ephemeral at true there");
		}
		accept(what, answer);
	}

	/** Withdraws an instance, with all others of the service on this connection. */
	void deregister(String service, Instance instance) {
		com.alibaba.nacos.api.naming.pojo.Instance gone = NacosInstances.toNacos(instance, this.settings);
		accept("withdraw instance '" + instance.id() + "' of " + service,
				this.settings.ephemeral()
						? new InstanceRequest(this.namespace, service, this.settings.group(),
								NamingRemoteConstants.DE_REGISTER_INSTANCE, gone)
						: new PersistentInstanceRequest(this.namespace, service, this.settings.group(),
								NamingRemoteConstants.DE_REGISTER_INSTANCE, gone));
	}

	private void accept(String what, Request request) {
		accept(what, this.link.call(what, request, Response.class));
	}

	private void accept(String what, Response answer) {
		if (!answer.isSuccess()) {
			throw this.link.refused(what, "the server said " + answer.getErrorCode() + " " + answer.getMessage());
		}
	}

	/**
	 * The instances as the server gives them to callers.
	 * @param service the service
	 * @return the instances
	 */
	List<Instance> query(String service) {
		return NacosInstances.fromNacos(service, hosts(service));
	}

	/**
	 * The same instances as they were registered.
	 * @param service the service
	 * @return the instances
	 */
	List<Instance> registered(String service) {
		return NacosInstances.registered(service, hosts(service), this.settings);
	}

	/**
	 * The instances as they were registered, with those that an operator has disabled,
	 * where the admin API lets us see them.
	 * @param service the service
	 * @return the instances
	 */
	List<Instance> allRegistered(String service) {
		return NacosInstances.registered(service, allHosts(service), this.settings);
	}

	/** What a server says of a service. */
	List<Instance> instances(String service, @Nullable ServiceInfo info) {
		return NacosInstances.fromNacos(service, hosts(info));
	}

	/** A server says nothing of a service that it does not know. */
	private static List<com.alibaba.nacos.api.naming.pojo.Instance> hosts(@Nullable ServiceInfo info) {
		return (info == null || info.getHosts() == null) ? List.of() : info.getHosts();
	}

	private List<com.alibaba.nacos.api.naming.pojo.Instance> hosts(String service) {
		ServiceQueryRequest request = new ServiceQueryRequest(this.namespace, service, this.settings.group());
		request.setCluster("");
		String what = "read the instances of " + service;
		QueryServiceResponse answer = this.link.call(what, request, QueryServiceResponse.class);
		if (!answer.isSuccess()) {
			throw this.link.refused(what, "the server said " + answer.getErrorCode() + " " + answer.getMessage());
		}
		return hosts(answer.getServiceInfo());
	}

	private List<com.alibaba.nacos.api.naming.pojo.Instance> allHosts(String service) {
		try {
			NacosHttp.Answer answer = this.admin.get("read the instances of " + service, "/ns/instance/list",
					Map.of("namespaceId", this.namespace, "groupName", this.settings.group(), "serviceName", service));
			List<com.alibaba.nacos.api.naming.pojo.Instance> hosts = new ArrayList<>();
			if (answer.code() != 0 && answer.code() != NacosAdmin.ABSENT) {
				return hosts(service);
			}
			if (answer.code() == 0) {
				for (JsonNode node : answer.data()) {
					hosts.add(host(node));
				}
			}
			return hosts;
		}
		catch (BackendUnavailableException | UnsupportedOperationException ex) {
			return hosts(service);
		}
	}

	private static com.alibaba.nacos.api.naming.pojo.Instance host(JsonNode node) {
		com.alibaba.nacos.api.naming.pojo.Instance host = new com.alibaba.nacos.api.naming.pojo.Instance();
		host.setIp(node.path("ip").asString(""));
		host.setPort(node.path("port").asInt(0));
		host.setWeight(node.path("weight").asDouble(1));
		host.setHealthy(node.path("healthy").asBoolean(true));
		host.setEnabled(node.path("enabled").asBoolean(true));
		node.path("metadata")
			.properties()
			.forEach((entry) -> host.addMetadata(entry.getKey(), entry.getValue().asString("")));
		return host;
	}

	/** The request that begins or ends the pushes of a service. */
	SubscribeServiceRequest subscription(String service, boolean begin) {
		return new SubscribeServiceRequest(this.namespace, this.settings.group(), service, "", begin);
	}

	/**
	 * The services that have an instance.
	 * @return their names
	 */
	Set<String> services() {
		try {
			return servicesByAdmin();
		}
		catch (BackendUnavailableException | UnsupportedOperationException ex) {
			return servicesByLink();
		}
	}

	private Set<String> servicesByAdmin() {
		Set<String> names = new TreeSet<>();
		for (JsonNode item : this.admin.list(
				"list services", "/ns/service/list", Map.of("namespaceId", this.namespace, "groupNameParam",
						this.settings.group(), "serviceNameParam", "", "ignoreEmptyService", "true"),
				Integer.MAX_VALUE)) {
			if (item.path("groupName").asString("").equals(this.settings.group())) {
				add(names, item.path("name").asString(""));
			}
		}
		return names;
	}

	/** Without the admin API: names also services that have lost their last instance. */
	private Set<String> servicesByLink() {
		Set<String> names = new TreeSet<>();
		int count = 1;
		for (int page = 1; (page - 1) * PAGE < count; page++) {
			ServiceListResponse answer = this.link.call("list services",
					new ServiceListRequest(this.namespace, this.settings.group(), page, PAGE),
					ServiceListResponse.class);
			if (!answer.isSuccess()) {
				throw this.link.refused("list services",
						"the server said " + answer.getErrorCode() + " " + answer.getMessage());
			}
			count = answer.getCount();
			answer.getServiceNames().forEach((name) -> add(names, name));
		}
		return names;
	}

	private static void add(Set<String> names, String name) {
		int mark = name.indexOf(GROUP_MARK);
		String plain = (mark < 0) ? name : name.substring(mark + GROUP_MARK.length());
		try {
			Instance.checkService(plain);
			names.add(plain);
		}
		catch (IllegalArgumentException ex) {
			// Somebody else's, with a name that no service of ours can have.
		}
	}

}
