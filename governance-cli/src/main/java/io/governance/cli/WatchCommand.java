package io.governance.cli;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.governance.Subscription;
import io.governance.config.DocumentId;
import io.governance.operations.ConfigOperations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "watch", mixinStandardHelpOptions = true,
		description = "Prints how documents are and then every change: time, document, revision, digest.")
final class WatchCommand extends BackendCommand {

	@Parameters(arity = "1..*", paramLabel = "DOCUMENT", description = "The documents, whether they exist yet or not.")
	private List<String> documents = List.of();

	@Mixin
	private final GroupOption group = new GroupOption();

	@Option(names = "--diff", description = "Print what has changed, too.")
	private boolean diff;

	@Option(names = "--count", paramLabel = "N",
			description = "End after so many changes, with 0 after showing how they are (default: never).")
	private int count = Integer.MAX_VALUE;

	@Option(names = "--seconds", paramLabel = "N", description = "End after so many seconds (default: never).")
	private @Nullable Integer seconds;

	WatchCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, String namespace) throws InterruptedException {
		if (this.count < 0) {
			throw new SettingsException("--count must not be negative");
		}
		if (this.seconds != null && this.seconds < 1) {
			throw new SettingsException("--seconds must be 1 or more");
		}
		Set<DocumentId> ids = new TreeSet<>();
		this.documents.forEach((document) -> ids.add(this.group.id(namespace, document)));
		CountDownLatch ended = new CountDownLatch(1);
		WatchPrinter printer = new WatchPrinter(console(), ids, this.diff, this.count, ended::countDown);
		Subscription watch = operations.store().watch(ids, printer);
		try {
			if (this.seconds == null) {
				ended.await();
				return ExitCode.OK;
			}
			boolean enough = ended.await(this.seconds, TimeUnit.SECONDS);
			return (enough || this.count == Integer.MAX_VALUE) ? ExitCode.OK : ExitCode.REFUSED;
		}
		finally {
			watch.close();
		}
	}

}
