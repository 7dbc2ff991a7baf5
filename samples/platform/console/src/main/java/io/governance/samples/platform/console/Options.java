package io.governance.samples.platform.console;

/**
 * What can be said on the command line.
 *
 * @param backend which backend
 * @param port the port of the gateway
 * @param rate requests in a second
 */
record Options(String backend, int port, int rate) {

	/** What can be said, in one line. */
	static final String USAGE = "Usage: run [--backend " + String.join("|", RegistryServer.BACKENDS)
			+ "] [--port 8080] [--rate 100]";

	Options {
		if (!RegistryServer.BACKENDS.contains(backend)) {
			throw new IllegalArgumentException("There is no backend '" + backend + "'");
		}
		if (port < 1 || port > 65_535 || rate < 1) {
			throw new IllegalArgumentException("Not a port and a rate: " + port + ", " + rate);
		}
	}

	/**
	 * Reads {@code --name value} and {@code --name=value}.
	 * @throws IllegalArgumentException if it is anything else
	 */
	static Options of(String... arguments) {
		Options options = new Options("local", 8080, 100);
		String[] words = String.join("=", arguments).replace("=--", " --").split(" ");
		for (String word : words) {
			if (!word.isEmpty()) {
				options = options.with(word);
			}
		}
		return options;
	}

	private Options with(String word) {
		String value = word.substring(word.indexOf('=') + 1);
		return switch (word.replaceFirst("=.*", "")) {
			case "--backend" -> new Options(value, this.port, this.rate);
			case "--port" -> new Options(this.backend, Integer.parseInt(value), this.rate);
			case "--rate" -> new Options(this.backend, this.port, Integer.parseInt(value));
			default -> throw new IllegalArgumentException("There is no option " + word);
		};
	}

}
