package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Files;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class TestCertificatesTests {

	@Test
	void writesPemFilesAndDeletesThemOnClose() throws IOException {
		TestCertificates certificates = TestCertificates.generate();
		assertThat(certificates.authority()).content().startsWith("-----BEGIN CERTIFICATE-----\n");
		assertThat(certificates.serverCertificate()).content().startsWith("-----BEGIN CERTIFICATE-----\n");
		assertThat(certificates.clientKey()).content().startsWith("-----BEGIN PRIVATE KEY-----\n");
		TestCertificates.Identity second = certificates.issueClient("second");
		assertThat(second.certificate()).content().isNotEqualTo(Files.readString(certificates.clientCertificate()));
		certificates.close();
		assertThat(second.key()).doesNotExist();
		assertThat(certificates.authority().getParent()).doesNotExist();
	}

}
