package io.governance.testservers.nacos2;

import com.alibaba.nacos.core.code.ControllerMethodsCache;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import org.rocksdb.RocksDB;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurationExcludeFilter;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.web.servlet.ServletComponentScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.FilterType;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * Starts config and naming of a Nacos server of version 2, without its console and its
 * login, in a JVM of its own.
 */
@EnableAutoConfiguration
@EnableScheduling
@ServletComponentScan(basePackages = Nacos2Launcher.SERVER)
@ComponentScan(basePackages = Nacos2Launcher.SERVER,
		excludeFilters = { @ComponentScan.Filter(type = FilterType.CUSTOM, classes = TypeExcludeFilter.class),
				@ComponentScan.Filter(type = FilterType.CUSTOM, classes = AutoConfigurationExcludeFilter.class) })
public class Nacos2Launcher {

	static final String SERVER = "com.alibaba.nacos";

	public static void main(String[] args) {
		keepTheRaftLogSmall();
		ConfigurableApplicationContext context = SpringApplication.run(Nacos2Launcher.class, args);
		openTheHttpApi(context.getBean(ControllerMethodsCache.class));
	}

	/** Which is what the console does; until then the server answers 501. */
	private static void openTheHttpApi(ControllerMethodsCache methods) {
		methods.initClassMethod(SERVER + ".core.controller");
		methods.initClassMethod(SERVER + ".config.server.controller");
		methods.initClassMethod(SERVER + ".naming.controllers");
	}

	private static void keepTheRaftLogSmall() {
		RocksDB.loadLibrary();
		StorageOptionsFactory.registerRocksDBOptions(RocksDBLogStorage.class,
				StorageOptionsFactory.getDefaultRocksDBOptions().setAllowFAllocate(false));
	}

}
