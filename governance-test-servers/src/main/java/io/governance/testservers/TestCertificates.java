package io.governance.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for a test, with a certificate for a server at
 * {@code localhost} and {@code 127.0.0.1} and one for a client. Those of another call
 * come from another authority.
 */
public final class TestCertificates implements AutoCloseable {

	private static final String SERVER = "server";

	private static final String CLIENT = "client";

	private final Path directory;

	private final Keytool keytool;

	private final SSLContext clientContext;

	private final SSLContext trustingContext;

	private TestCertificates(Path directory) throws IOException, GeneralSecurityException {
		this.directory = directory;
		this.keytool = new Keytool(directory);
		this.keytool.authority();
		this.keytool.issue(SERVER, "CN=localhost", "san=dns:localhost,ip:127.0.0.1", "eku=serverAuth,clientAuth");
		this.keytool.issue(CLIENT, "CN=" + CLIENT, "eku=clientAuth");
		this.clientContext = context(CLIENT);
		this.trustingContext = context(null);
	}

	/**
	 * Makes a new authority and its certificates, valid for a week.
	 * @return certificates whose files last until {@link #close()} or the end of the JVM
	 */
	public static TestCertificates generate() {
		try {
			return new TestCertificates(Files.createTempDirectory("governance-test-certificates-").toRealPath());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Returns the certificate of the authority.
	 * @return a PEM file
	 */
	public Path authority() {
		return this.keytool.certificate(Keytool.AUTHORITY);
	}

	/**
	 * Returns the certificate of the server.
	 * @return a PEM file
	 */
	public Path serverCertificate() {
		return this.keytool.certificate(SERVER);
	}

	/**
	 * Returns the private key of the server.
	 * @return a PEM file in PKCS#8 form
	 */
	public Path serverKey() {
		return this.keytool.key(SERVER);
	}

	/**
	 * Returns the certificate of the client, whose common name is {@code client}.
	 * @return a PEM file
	 */
	public Path clientCertificate() {
		return this.keytool.certificate(CLIENT);
	}

	/**
	 * Returns the private key of the client.
	 * @return a PEM file in PKCS#8 form
	 */
	public Path clientKey() {
		return this.keytool.key(CLIENT);
	}

	/**
	 * Issues one more certificate for a client, by the same authority.
	 * @param commonName its common name, and the name of its files
	 * @return its files
	 */
	public Identity issueClient(String commonName) {
		this.keytool.issue(commonName, "CN=" + commonName, "eku=clientAuth");
		return new Identity(this.keytool.certificate(commonName), this.keytool.key(commonName));
	}

	/**
	 * Returns what a client with its certificate uses.
	 * @return a context that trusts the authority alone
	 */
	public SSLContext clientContext() {
		return this.clientContext;
	}

	/**
	 * Returns what a client without a certificate uses.
	 * @return a context that trusts the authority alone
	 */
	public SSLContext trustingContext() {
		return this.trustingContext;
	}

	/**
	 * Deletes the files.
	 */
	@Override
	public void close() {
		try {
			Files.walkFileTree(this.directory, new DeleteVisitor());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Copies what a server needs into its own directory. */
	ServerFiles copyTo(Path target) throws IOException {
		Files.createDirectories(target);
		ServerFiles files = new ServerFiles(target.resolve("authority.pem"), target.resolve("server.pem"),
				target.resolve("server.key"));
		Files.write(files.authority(), Files.readAllBytes(authority()));
		Files.write(files.serverCertificate(), Files.readAllBytes(serverCertificate()));
		Files.write(files.serverKey(), Files.readAllBytes(serverKey()));
		return files;
	}

	private SSLContext context(@Nullable String identity) throws IOException, GeneralSecurityException {
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		trusted.load(null, null);
		trusted.setCertificateEntry(Keytool.AUTHORITY, this.keytool.store().getCertificate(Keytool.AUTHORITY));
		trust.init(trusted);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init((identity != null) ? keys(identity) : null, trust.getTrustManagers(), null);
		return context;
	}

	private KeyManager[] keys(String identity) throws IOException, GeneralSecurityException {
		KeyStore all = this.keytool.store();
		KeyStore own = KeyStore.getInstance("PKCS12");
		own.load(null, null);
		own.setKeyEntry(identity, all.getKey(identity, Keytool.PASSWORD), Keytool.PASSWORD,
				all.getCertificateChain(identity));
		KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
		keys.init(own, Keytool.PASSWORD);
		return keys.getKeyManagers();
	}

	/**
	 * A certificate and its private key.
	 *
	 * @param certificate a PEM file
	 * @param key a PEM file in PKCS#8 form
	 */
	public record Identity(Path certificate, Path key) {

	}

	/** The files of a server. */
	record ServerFiles(Path authority, Path serverCertificate, Path serverKey) {

	}

}
