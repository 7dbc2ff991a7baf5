package io.governance.testservers;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How a Nacos server is started. Immutable: each method returns other options.
 */
public final class NacosOptions {

	/** Not for version 2, which is started once: that does not pay for an archive. */
	private static final Memo<List<String>> ARCHIVE = new Memo<>(() -> NacosArchive.options(NacosVersion.V3));

	private final NacosVersion version;

	private final @Nullable String password;

	private final @Nullable TestCertificates certificates;

	private final List<String> properties;

	NacosOptions(NacosVersion version, @Nullable String password, @Nullable TestCertificates certificates,
			List<String> properties) {
		this.version = version;
		this.password = password;
		this.certificates = certificates;
		this.properties = List.copyOf(properties);
	}

	/**
	 * Makes it a server of version 2 of Nacos. It has no login, so that {@link #auth}
	 * does not go with it.
	 * @return options of an old server
	 */
	public NacosOptions version2() {
		return new NacosOptions(NacosVersion.V2, this.password, this.certificates, this.properties);
	}

	/**
	 * Lets nobody in without a login, on all of its interfaces.
	 * @param password the password of the administrator, whose name is {@code nacos}
	 * @return options with authentication
	 */
	public NacosOptions auth(String password) {
		return new NacosOptions(this.version, password, this.certificates, this.properties);
	}

	/**
	 * Speaks TLS alone, on both ports, and refuses clients without a certificate of the
	 * authority.
	 * @param certificates those of the server and its clients, to be kept while it runs
	 * @return options with TLS
	 */
	public NacosOptions mutualTls(TestCertificates certificates) {
		return new NacosOptions(this.version, this.password, certificates, this.properties);
	}

	/**
	 * Sets a property of Nacos's own.
	 * @param name such as {@code nacos.config.push.maxRetryTime}
	 * @param value its value
	 * @return options with this property as well
	 */
	public NacosOptions property(String name, String value) {
		List<String> all = new ArrayList<>(this.properties);
		all.add(name + "=" + value);
		return new NacosOptions(this.version, this.password, this.certificates, all);
	}

	/**
	 * Makes a server that does not run yet.
	 * @return a server that has an address
	 */
	public NacosServer create() {
		List<String> jvm = (this.version == NacosVersion.V3) ? ARCHIVE.get() : List.of();
		NacosKind kind = new NacosKind(this.version, jvm, this.password, this.certificates, this.properties);
		return new NacosServer(new ManagedServer(kind, new BinaryProgram(NacosLibraries.java())));
	}

	/**
	 * Makes a server and starts it.
	 * @return a running server
	 */
	public NacosServer start() {
		return Starting.start(create());
	}

}
