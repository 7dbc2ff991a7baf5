package io.governance.testkit;

import java.time.Duration;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;

/** What docs/writing-a-backend.md shows, word by word, and what it needs around it. */
class AcmeExample {

	public final class AcmeFixture implements BackendFixture {

		@Override
		public String address() {
			return AcmeServer.shared().address();
		}

		@Override
		public Backend open(String address, String namespace) {
			AcmeSettings settings = new AcmeSettings(address, Duration.ofSeconds(3));
			return new AcmeBackendFactory().create(BackendEnvironment.of("acme", namespace, settings));
		}

		@Override
		public FaultyConnection connect() {
			TcpProxy proxy = TcpProxy.to(AcmeServer.shared().port());
			return FaultyConnection.through(proxy, proxy.address());
		}

		@Override
		public Duration lease() {
			return Duration.ofSeconds(6);
		}

		@Override
		public Duration detection() {
			return Duration.ofSeconds(5);
		}

	}

	class AcmeConfigStoreTests extends ConfigStoreContract {

		@Override
		protected BackendFixture fixture() {
			return new AcmeFixture();
		}

	}

	/** A server that is started for the tests. */
	record AcmeServer(String address, int port) {

		static AcmeServer shared() {
			return new AcmeServer("http://127.0.0.1:1", 1);
		}

	}

	/** How it is reached. */
	record AcmeSettings(String address, Duration lease) {
	}

	/** Makes it. */
	static class AcmeBackendFactory implements BackendFactory {

		@Override
		public String name() {
			return "acme";
		}

		@Override
		public Backend create(BackendEnvironment environment) {
			throw new UnsupportedOperationException("There is no such server");
		}

	}

}
