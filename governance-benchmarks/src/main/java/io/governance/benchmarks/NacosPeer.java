package io.governance.benchmarks;

import java.util.List;

import com.alibaba.nacos.api.naming.pojo.Instance;
import com.alibaba.nacos.api.naming.pojo.ServiceInfo;
import com.alibaba.nacos.client.naming.core.Balancer;

/**
 * What {@code NamingService.selectOneHealthyInstance} of the Nacos client does once it
 * has found the service in its memory: a random choice by weight.
 */
final class NacosPeer {

	private final ServiceInfo service = new ServiceInfo("orders", "");

	NacosPeer(List<io.governance.registry.Instance> instances) {
		this.service.setHosts(instances.stream().map(NacosPeer::instance).toList());
	}

	private static Instance instance(io.governance.registry.Instance of) {
		Instance instance = new Instance();
		instance.setIp(of.host());
		instance.setPort(of.port());
		instance.setWeight(of.weight());
		return instance;
	}

	Instance pick() {
		return Balancer.RandomByWeight.selectHost(this.service);
	}

}
