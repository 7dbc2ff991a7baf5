package io.governance.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command that all others belong to.
 */
@Command(name = "governance", mixinStandardHelpOptions = true,
		description = "Reads and writes config documents in Consul, etcd, Nacos or a local directory.",
		footer = { "", "Exit codes: 0 done, 1 refused (not there, changed meanwhile, not valid), 2 wrong usage,",
				"3 backend unreachable, 4 unexpected.", "",
				"Settings come from --set, then system properties, environment variables such as",
				"GOVERNANCE_CONSUL_TOKEN, and then the file of --config (by default ~/.governance.yaml)." })
final class GovernanceCommand implements Runnable {

	@Spec
	private CommandSpec spec;

	@SuppressWarnings("NullAway.Init")
	GovernanceCommand() {
	}

	@Override
	public void run() {
		throw new ParameterException(this.spec.commandLine(), "Which command?");
	}

	/** The version of this jar. */
	static final class Version implements IVersionProvider {

		@Override
		public String[] getVersion() {
			String version = GovernanceCommand.class.getPackage().getImplementationVersion();
			return new String[] { "governance " + ((version != null) ? version : "(not packaged)") };
		}

	}

}
