package io.governance.testservers;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A Nacos server with these settings.
 */
record NacosKind(NacosVersion version, List<String> jvm, @Nullable String password,
		@Nullable TestCertificates certificates, List<String> properties) implements ServerKind {

	private static final String ADMINISTRATOR = "nacos";

	@Override
	public String name() {
		return "nacos";
	}

	@Override
	public int[] portOffsets() {
		// only the first can be chosen; Nacos takes the others by itself
		return new int[] { 0, 1000, 1001, -1000 };
	}

	@Override
	public String address(int port) {
		return ((this.certificates != null) ? "https" : "http") + "://127.0.0.1:" + port;
	}

	@Override
	public Duration startDeadline() {
		return Duration.ofSeconds(180);
	}

	/** Longer only for the one that writes an archive when it ends. */
	@Override
	public Duration endDeadline() {
		return this.jvm.stream().anyMatch((option) -> option.startsWith(NacosArchive.MAKE)) ? Duration.ofSeconds(60)
				: ServerKind.super.endDeadline();
	}

	@Override
	public List<String> arguments(int port, Path home) throws IOException {
		Path data = home.resolve("data");
		Path conf = home.resolve("conf");
		// each start unpacks a library of 10 MB there
		Files.walkFileTree(data.resolve("tmp"), new DeleteVisitor());
		for (Path directory : List.of(conf, data.resolve("tmp"), data.resolve("logs"), data.resolve("tomcat"))) {
			Files.createDirectories(directory);
		}
		// must lie on the class path, whatever else says where settings are
		Files.write(conf.resolve("application.properties"), settings());
		List<String> arguments = new ArrayList<>(this.jvm);
		arguments.addAll(List.of("-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
				"-Dnacos.standalone=true", "-Dnacos.home=" + data, "-D" + this.version.portProperty() + "=" + port,
				"-Dnacos.inetutils.ip-address=127.0.0.1", "-Dderby.stream.error.file=" + data.resolve("derby.log"),
				"-Dnacos.logs.path=" + data.resolve("logs"), "-Dserver.tomcat.basedir=" + data.resolve("tomcat"),
				"-Djava.io.tmpdir=" + data.resolve("tmp"), "-Duser.home=" + data, "-Dnacos.naming.push.pushTaskDelay=0",
				"-cp", this.version.classPath(conf), this.version.launcher()));
		return arguments;
	}

	private List<String> settings() {
		boolean auth = this.password != null;
		List<String> lines = new ArrayList<>(List.of("nacos.core.auth.enabled=" + auth,
				"nacos.core.auth.admin.enabled=" + auth, "nacos.core.auth.console.enabled=" + auth));
		lines.addAll(this.version.settings());
		if (auth) {
			String secret = "a secret that signs the tokens of a test server";
			lines.addAll(List.of("nacos.core.auth.server.identity.key=governance-test",
					"nacos.core.auth.server.identity.value=governance-test",
					"nacos.core.auth.plugin.nacos.token.secret.key="
							+ Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8))));
		}
		if (this.certificates != null) {
			lines.addAll(tls(this.certificates));
		}
		lines.addAll(this.properties);
		return lines;
	}

	/** Neither port takes plain text, or a client without a certificate. */
	private static List<String> tls(TestCertificates certificates) {
		String grpc = "nacos.remote.server.rpc.tls.";
		String http = "server.ssl.";
		String authority = "file:" + certificates.authority();
		String certificate = "file:" + certificates.serverCertificate();
		String key = "file:" + certificates.serverKey();
		return List.of(grpc + "enableTls=true", grpc + "compatibility=false", grpc + "mutualAuthEnable=true",
				grpc + "trustCollectionCertFile=" + authority, grpc + "certChainFile=" + certificate,
				grpc + "certPrivateKey=" + key, http + "enabled=true", http + "client-auth=need",
				http + "trust-certificate=" + authority, http + "certificate=" + certificate,
				http + "certificate-private-key=" + key);
	}

	@Override
	public boolean isReady(int port) {
		HttpProbe probe = new HttpProbe((this.certificates != null) ? this.certificates.clientContext() : null,
				Map.of());
		return this.version.isReady(probe, address(port) + "/nacos")
				&& (this.password == null || canLogIn(probe, address(port) + "/nacos/v3/auth/user", this.password));
	}

	private static boolean canLogIn(HttpProbe probe, String users, String password) {
		String encoded = URLEncoder.encode(password, StandardCharsets.UTF_8);
		String form = "username=" + ADMINISTRATOR + "&password=" + encoded;
		if (probe.post(users + "/login", form).status() == 200) {
			return true;
		}
		// refused once the administrator is there
		probe.post(users + "/admin", "password=" + encoded);
		return false;
	}

}
