package io.governance.testservers.nacos;

import com.alibaba.nacos.NacosServerBasicApplication;
import com.alibaba.nacos.NacosServerWebApplication;
import com.alibaba.nacos.core.listener.startup.NacosStartUp;
import com.alibaba.nacos.core.listener.startup.NacosStartUpManager;
import com.alibaba.nacos.sys.env.DeploymentType;
import com.alibaba.nacos.sys.env.EnvUtil;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import org.rocksdb.RocksDB;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts a Nacos server without its console, in a JVM of its own.
 */
public final class NacosLauncher {

	private NacosLauncher() {
	}

	public static void main(String[] args) {
		keepTheRaftLogSmall();
		EnvUtil.setDeploymentType(DeploymentType.SERVER);
		NacosStartUpManager.start(NacosStartUp.CORE_START_UP_PHASE);
		ConfigurableApplicationContext core = new SpringApplicationBuilder(NacosServerBasicApplication.class)
			.web(WebApplicationType.NONE)
			.run(args);
		NacosStartUpManager.start(NacosStartUp.WEB_START_UP_PHASE);
		new SpringApplicationBuilder(NacosServerWebApplication.class).parent(core).run(args);
	}

	private static void keepTheRaftLogSmall() {
		RocksDB.loadLibrary();
		StorageOptionsFactory.registerRocksDBOptions(RocksDBLogStorage.class,
				StorageOptionsFactory.getDefaultRocksDBOptions().setAllowFAllocate(false));
	}

}
