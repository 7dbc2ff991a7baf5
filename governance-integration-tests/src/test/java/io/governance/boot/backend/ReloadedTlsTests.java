package io.governance.boot.backend;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import io.governance.testservers.TestCertificates;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ReloadedTlsTests {

	private final TestCertificates certificates = TestCertificates.generate();

	private final ExecutorService serving = Executors.newSingleThreadExecutor();

	@TempDir
	private Path directory;

	private SSLServerSocket server;

	private ApplicationContextRunner runner;

	@BeforeEach
	void startServer() throws Exception {
		PemSslStoreDetails own = PemSslStoreDetails
			.forCertificate(this.certificates.serverCertificate().toUri().toString())
			.withPrivateKey(this.certificates.serverKey().toUri().toString());
		PemSslStoreDetails trusted = PemSslStoreDetails
			.forCertificate(this.certificates.authority().toUri().toString());
		this.server = (SSLServerSocket) SslBundle.of(new PemSslStoreBundle(own, trusted))
			.createSslContext()
			.getServerSocketFactory()
			.createServerSocket(0, 10, InetAddress.getLoopbackAddress());
		this.server.setNeedClientAuth(true);
		this.serving.execute(this::serve);
		use(this.certificates.clientCertificate(), this.certificates.clientKey());
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class))
			.withPropertyValues("spring.ssl.bundle.pem.client.reload-on-update=true",
					"spring.ssl.bundle.watch.file.quiet-period=50ms",
					"spring.ssl.bundle.pem.client.keystore.certificate=" + this.directory.resolve("client.crt"),
					"spring.ssl.bundle.pem.client.keystore.private-key=" + this.directory.resolve("client.key"),
					"spring.ssl.bundle.pem.client.truststore.certificate=" + this.certificates.authority());
	}

	/** Tells each client its own name. */
	private void serve() {
		while (!this.server.isClosed()) {
			try (SSLSocket socket = (SSLSocket) this.server.accept()) {
				socket.getOutputStream().write(socket.getSession().getPeerPrincipal().getName().getBytes());
			}
			catch (IOException ex) {
				// The next one may be better, and at the end the socket is closed.
			}
		}
	}

	@AfterEach
	void stopServer() throws Exception {
		this.server.close();
		this.serving.shutdownNow();
		this.certificates.close();
	}

	@Test
	void newConnectionsUseTheCertificateOfAReloadedBundle() {
		this.runner.run((context) -> {
			SslContexts contexts = new SslContexts(context.getEnvironment());
			SSLContext before = contexts.get("client");
			contexts.follow(context.getBean(SslBundles.class));
			assertThat(name(before)).isEqualTo("CN=client");
			TestCertificates.Identity next = this.certificates.issueClient("next");
			use(next.certificate(), next.key());
			awaitNext(() -> before);
			assertThat(contexts.get("client")).isSameAs(before);
		});
	}

	@Test
	void sessionOfAnOldCertificateIsNotResumedForLong() {
		this.runner.run((context) -> {
			ReloadableSslContext client = new ReloadableSslContext(
					context.getBean(SslBundles.class).getBundle("client"));
			TestCertificates.Identity next = this.certificates.issueClient("next");
			PemSslStoreDetails own = PemSslStoreDetails.forCertificate(next.certificate().toUri().toString())
				.withPrivateKey(next.key().toUri().toString());
			PemSslStoreDetails trusted = PemSslStoreDetails
				.forCertificate(this.certificates.authority().toUri().toString());
			try (SSLSocket underWay = connect(client.context())) {
				client.reload(SslBundle.of(new PemSslStoreBundle(own, trusted)));
				assertThat(new String(underWay.getInputStream().readAllBytes())).isEqualTo("CN=client");
			}
			awaitNext(client::context);
		});
	}

	@Test
	void bundleThatCannotBeReadIsNotTaken(CapturedOutput output) {
		this.runner.run((context) -> {
			SslContexts contexts = new SslContexts(context.getEnvironment());
			contexts.follow(context.getBean(SslBundles.class));
			SSLContext client = contexts.get("client");
			Files.writeString(this.directory.resolve("client.crt"), "not a certificate");
			await().until(() -> output.getOut().contains("SSL bundle 'client' cannot be used"));
			assertThat(name(client)).isEqualTo("CN=client");
			TestCertificates.Identity next = this.certificates.issueClient("next");
			use(next.certificate(), next.key());
			awaitNext(() -> client);
		});
	}

	@Test
	void serverOfAnotherAuthorityIsNotTrusted() {
		this.runner.run((context) -> {
			try (TestCertificates others = TestCertificates.generate()) {
				Files.copy(others.authority(), this.directory.resolve("others.crt"));
				this.runner
					.withPropertyValues("spring.ssl.bundle.pem.client.truststore.certificate="
							+ this.directory.resolve("others.crt"))
					.run((other) -> assertThatIOException()
						.isThrownBy(() -> name(new SslContexts(other.getEnvironment()).get("client"))));
			}
		});
	}

	private void awaitNext(Supplier<SSLContext> context) {
		await().ignoreExceptionsInstanceOf(IOException.class).until(() -> name(context.get()).equals("CN=next"));
	}

	private String name(SSLContext context) throws IOException {
		try (SSLSocket socket = connect(context)) {
			return new String(socket.getInputStream().readAllBytes());
		}
	}

	private SSLSocket connect(SSLContext context) throws IOException {
		SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", this.server.getLocalPort());
		socket.setSoTimeout(5_000);
		SSLParameters parameters = socket.getSSLParameters();
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		socket.setSSLParameters(parameters);
		socket.startHandshake();
		return socket;
	}

	private void use(Path certificate, Path key) throws IOException {
		Files.copy(key, this.directory.resolve("client.key"), StandardCopyOption.REPLACE_EXISTING);
		Files.copy(certificate, this.directory.resolve("client.crt"), StandardCopyOption.REPLACE_EXISTING);
	}

}
