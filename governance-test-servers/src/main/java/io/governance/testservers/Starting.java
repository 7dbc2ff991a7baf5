package io.governance.testservers;

/**
 * Starts servers without leaving one behind that failed.
 */
final class Starting {

	private Starting() {
	}

	static <T extends TestServer> T start(T server) {
		try {
			server.start();
			return server;
		}
		catch (RuntimeException | Error ex) {
			server.close();
			throw ex;
		}
	}

}
