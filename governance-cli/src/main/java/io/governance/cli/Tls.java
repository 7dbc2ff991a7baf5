package io.governance.cli;

import java.nio.file.Path;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * TLS from files in PEM.
 *
 * @param authorities the certificates to trust; {@code null} for those of the platform
 * @param certificate the own certificate, if the server wants one
 * @param key its private key
 */
record Tls(@Nullable Path authorities, @Nullable Path certificate, @Nullable Path key) {

	/** The name of the bundle that the backend asks for. */
	static final String BUNDLE = "command-line";

	boolean isWanted() {
		return this.authorities != null || this.certificate != null || this.key != null;
	}

	SSLContext context() {
		if ((this.certificate == null) != (this.key == null)) {
			throw new SettingsException("--tls-cert and --tls-key belong together: give both or none");
		}
		try {
			return SslBundle
				.of(new PemSslStoreBundle(details(this.certificate, this.key), details(this.authorities, null)))
				.createSslContext();
		}
		catch (IllegalStateException | IllegalArgumentException ex) {
			throw new SettingsException(
					"the files of --tls-ca, --tls-cert and --tls-key cannot be used: " + ex.getMessage());
		}
	}

	private static @Nullable PemSslStoreDetails details(@Nullable Path certificate, @Nullable Path key) {
		if (certificate == null) {
			return null;
		}
		PemSslStoreDetails details = PemSslStoreDetails.forCertificate(certificate.toUri().toString());
		return (key != null) ? details.withPrivateKey(key.toUri().toString()) : details;
	}

}
