package io.governance.benchmarks.startup;

import java.util.Properties;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.PropertyKeyConst;
import com.alibaba.nacos.api.config.ConfigService;
import com.alibaba.nacos.api.exception.NacosException;
import com.alibaba.nacos.api.naming.NamingService;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.event.ApplicationStartedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The least that an application does with Nacos' client for config and registration: it
 * reads a document, and registers an instance.
 */
@Component
class NacosClient implements DisposableBean {

	private final ConfigService config;

	private final NamingService naming;

	NacosClient(@Value("${address}") String address) throws NacosException {
		Properties properties = new Properties();
		properties.setProperty(PropertyKeyConst.SERVER_ADDR, address);
		this.config = NacosFactory.createConfigService(properties);
		this.config.getConfig("empty.yaml", "DEFAULT_GROUP", 5000);
		this.naming = NacosFactory.createNamingService(properties);
	}

	@EventListener(ApplicationStartedEvent.class)
	void register() throws NacosException {
		this.naming.registerInstance("startup-empty", "127.0.0.1", 65000);
	}

	@Override
	public void destroy() throws NacosException {
		this.naming.shutDown();
		this.config.shutDown();
	}

}
