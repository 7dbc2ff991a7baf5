package io.governance.testservers;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Makes keys and certificates with the tool of the JDK, and writes them as PEM.
 */
final class Keytool {

	static final String AUTHORITY = "authority";

	// protects nothing: the keys lie beside it
	static final char[] PASSWORD = "throwaway".toCharArray();

	private static final Duration DEADLINE = Duration.ofSeconds(60);

	private final Path directory;

	Keytool(Path directory) {
		this.directory = directory;
	}

	void authority() {
		generate(AUTHORITY, "CN=Governance test authority",
				List.of("-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign,cRLSign"));
	}

	void issue(String alias, String name, String... extensions) {
		List<String> arguments = new ArrayList<>(List.of("-signer", AUTHORITY));
		for (String extension : extensions) {
			arguments.addAll(List.of("-ext", extension));
		}
		generate(alias, name, arguments);
	}

	Path certificate(String alias) {
		return this.directory.resolve(alias + ".pem");
	}

	Path key(String alias) {
		return this.directory.resolve(alias + ".key");
	}

	KeyStore store() throws IOException, GeneralSecurityException {
		KeyStore store = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(file())) {
			store.load(in, PASSWORD);
		}
		return store;
	}

	private synchronized void generate(String alias, String name, List<String> more) {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-J-XX:TieredStopAtLevel=1",
				"-J-XX:+UseSerialGC", "-genkeypair", "-keystore", file().toString(), "-storetype", "PKCS12",
				"-storepass", new String(PASSWORD), "-alias", alias, "-dname", name, "-keyalg", "EC", "-groupname",
				"secp256r1", "-validity", "7", "-startdate", "-1H"));
		command.addAll(more);
		Commands.Result result = Commands.run(this.directory, DEADLINE, command);
		if (!result.succeeded()) {
			throw new IllegalStateException("keytool: " + result.output());
		}
		try {
			KeyStore store = store();
			Certificate certificate = store.getCertificate(alias);
			Key key = store.getKey(alias, PASSWORD);
			Files.writeString(certificate(alias), pem("CERTIFICATE", certificate.getEncoded()));
			Files.writeString(key(alias), pem("PRIVATE KEY", key.getEncoded()));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Path file() {
		return this.directory.resolve("all.p12");
	}

	private static String pem(String type, byte[] content) {
		String text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
		return "-----BEGIN %s-----\n%s\n-----END %1$s-----\n".formatted(type, text);
	}

}
