package io.governance.testservers;

import java.io.File;
import java.nio.file.Path;
import java.util.List;

/**
 * What differs between the servers of Nacos that can be started.
 */
enum NacosVersion {

	/** The one that is used unless a test asks for another. */
	V3("nacos-server", "io.governance.testservers.nacos.NacosLauncher", "nacos.server.main.port",
			"/v3/admin/core/state/readiness", "\"data\":\"ok\"",
			List.of("nacos.core.auth.system.type=nacos", "management.elastic.metrics.export.enabled=false",
					"management.influx.metrics.export.enabled=false")),

	/** Version 2, without its console, which is where its login would be. */
	V2("nacos2-server", "io.governance.testservers.nacos2.Nacos2Launcher", "server.port", "/v1/ns/operator/metrics",
			"\"status\":\"UP\"",
			List.of("server.servlet.context-path=/nacos", "nacos.core.auth.system.type=nacos",
					"nacos.core.auth.server.identity.key=governance-test",
					"nacos.core.auth.server.identity.value=governance-test",
					"spring.main.allow-circular-references=true",
					// what lies on its class path would lock everything
					"spring.autoconfigure.exclude=org.springframework.boot.autoconfigure.security.servlet."
							+ "SecurityAutoConfiguration,org.springframework.boot.actuate.autoconfigure.security.servlet."
							+ "ManagementWebSecurityAutoConfiguration"));

	private final String libraries;

	private final String launcher;

	private final String portProperty;

	private final String readyPath;

	private final String readyText;

	private final List<String> settings;

	NacosVersion(String libraries, String launcher, String portProperty, String readyPath, String readyText,
			List<String> settings) {
		this.libraries = libraries;
		this.launcher = launcher;
		this.portProperty = portProperty;
		this.readyPath = readyPath;
		this.readyText = readyText;
		this.settings = settings;
	}

	/** Where its launcher is. */
	Path launcherPath() {
		return NacosLibraries.launcher(this.libraries);
	}

	/**
	 * The class path of the server and its launcher. Settings come first where a library
	 * brings some of the same name, and otherwise last: an archive of classes fits if all
	 * that comes before is the same.
	 * @param settings the directory of the server's settings
	 */
	String classPath(Path settings) {
		String libraries = launcherPath() + File.pathSeparator + NacosLibraries.find(this.libraries);
		return (this == V2) ? settings + File.pathSeparator + libraries : libraries + File.pathSeparator + settings;
	}

	/** The class that starts the server. */
	String launcher() {
		return this.launcher;
	}

	/** The property that says the server's first port. */
	String portProperty() {
		return this.portProperty;
	}

	/** What every server of this version is told. */
	List<String> settings() {
		return this.settings;
	}

	/** Asks a server whether it serves. */
	boolean isReady(HttpProbe probe, String api) {
		return probe.get(api + this.readyPath).body().contains(this.readyText);
	}

}
