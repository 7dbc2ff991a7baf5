package io.governance.samples.platform.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;

import io.governance.registry.Instance;

/**
 * Runs the platform in a terminal. Options: {@code --backend=local|consul|etcd|nacos},
 * {@code --port=8080} of the gateway, {@code --rate=100} requests in a second.
 */
public final class Console {

	private static final String CLEAR = "\033[H\033[2J";

	private static final String KEYS = """

			g  raise gray: 0, 10, 50, 100 %     b  break the config      k  kill -9 an instance     t  trouble: user-service refuses calls
			G  gray back to 0                   r  roll the config back  s  start one again         p  resize the pools
			q  quit
			""";

	private static final int[] SHARES = { 0, 10, 50, 100 };

	private final Platform platform;

	private final LoadGenerator load;

	private final PrintStream out = System.out;

	private final boolean terminal = Boolean.getBoolean("platform.terminal");

	private volatile String message = "";

	private int share;

	private boolean trouble;

	private int pool = 5;

	private int killed;

	private Console(Platform platform, LoadGenerator load) {
		this.platform = platform;
		this.load = load;
	}

	/**
	 * Runs until {@code q} or Ctrl-C.
	 * @param arguments the options
	 * @throws IOException if keys cannot be read
	 * @throws InterruptedException if the thread is interrupted
	 */
	public static void main(String[] arguments) throws IOException, InterruptedException {
		Options options;
		try {
			options = Options.of(arguments);
		}
		catch (IllegalArgumentException ex) {
			System.err.println(Options.USAGE);
			System.exit(2);
			return;
		}
		Console console;
		try {
			console = start(options);
		}
		catch (RuntimeException ex) {
			System.err.println("The platform did not start: " + ex.getMessage());
			System.exit(1);
			return;
		}
		console.run();
		System.exit(0);
	}

	private static Console start(Options options) {
		Path home = Path.of(System.getProperty("platform.home", ".")).toAbsolutePath().normalize();
		System.out.println("Preparing the services, once for each build");
		Packages packages = new Packages(home).prepare();
		long start = System.nanoTime();
		System.out.println("Starting the platform on backend '" + options.backend() + "'; logs are in "
				+ home.resolve("data/logs"));
		Platform platform = new Platform(packages, home.resolve("data"), options.backend(), options.port());
		// The clients leave before what they call.
		Opened running = new Opened();
		running.add(platform::close);
		Runtime.getRuntime().addShutdownHook(new Thread(running::close));
		platform.start();
		LoadGenerator load = new LoadGenerator(platform.gateway(), options.rate());
		running.add(load::close);
		Platform.await("the first answer", Duration.ofSeconds(30), () -> load.look().requests() > 0);
		System.out.printf("First traffic after %d s; the gateway is %s%n", (System.nanoTime() - start) / 1_000_000_000,
				platform.gateway());
		return new Console(platform, load);
	}

	private void run() throws IOException, InterruptedException {
		Thread display = new Thread(this::display, "display");
		display.setDaemon(true);
		display.start();
		InputStream keys = System.in;
		for (int key = keys.read(); key != 'q'; key = keys.read()) {
			if (key == -1) {
				// Nobody can press a key, as in the background: a signal ends it.
				display.join();
				return;
			}
			press((char) key);
		}
	}

	private void press(char key) {
		try {
			this.message = does(key);
		}
		catch (RuntimeException ex) {
			this.message = "That did not work: " + ex.getMessage();
		}
	}

	private String does(char key) {
		switch (key) {
			case 'g' -> {
				this.share = Math.min(this.share + 1, SHARES.length - 1);
				this.platform.raiseGray(SHARES[this.share]);
				return SHARES[this.share] + " % of the users get version 2 of user-service";
			}
			case 'G' -> {
				this.share = 0;
				this.platform.raiseGray(0);
				return "Nobody gets version 2 of user-service";
			}
			case 'b' -> {
				this.platform.breakConfig();
				return "Published maximum-pool-size: 0. Everybody refuses it (!) and keeps what was in force";
			}
			case 'r' -> {
				this.platform.rollBack();
				return "Published user-service.yaml as it was before its last change";
			}
			case 'p' -> {
				this.pool = (this.pool == 5) ? 10 : 5;
				this.platform.resizePool(this.pool);
				return "The pools of user-service have " + this.pool + " connections, without a restart";
			}
			case 't' -> {
				this.trouble = !this.trouble;
				this.platform.trouble(this.trouble ? 100 : 0);
				return this.trouble ? "user-service refuses all calls: see the breakers, the 503 and the fallbacks"
						: "user-service answers again";
			}
			case 'k' -> {
				Member member = this.platform.member(Platform.USERS, Instance.STABLE);
				this.platform.kill(member);
				this.killed++;
				return "Killed " + member.id() + " with kill -9; it is listed until its lease is over";
			}
			case 's' -> {
				if (this.killed == 0) {
					return "Nothing was killed";
				}
				this.killed--;
				return "Starting " + this.platform.start(Platform.USERS, Instance.STABLE).id();
			}
			default -> {
				return this.message;
			}
		}
	}

	private void display() {
		LiveTable table = new LiveTable(this.platform, this.load);
		while (true) {
			this.out.print((this.terminal ? CLEAR : "") + table.render() + (this.terminal ? KEYS : "") + "\n"
					+ this.message + "\n");
			this.out.flush();
			Platform.pause(Duration.ofSeconds(this.terminal ? 1 : 10));
		}
	}

}
