package io.governance.boot.configdata;

import io.governance.boot.backend.Backends;
import io.governance.boot.backend.SharedBackends;
import io.governance.config.ConfigManager;
import io.governance.config.StartPolicy;
import io.governance.config.secret.Secrets;
import io.governance.gray.GrayRulesParser;

/**
 * What was made for the config data and lives on in the application context.
 *
 * @param backends the backends, of which one was used
 * @param manager the loaded config
 * @param policy what was asked for at start
 * @param secrets what opens encrypted values
 */
public record GovernanceBootstrap(Backends backends, ConfigManager manager, StartPolicy policy,
		Secrets secrets) implements SharedBackends {

	/** The name of the bean that it becomes. */
	public static final String BEAN_NAME = "governanceBootstrap";

	/**
	 * Closes what there is: beans may have been made of it, or none, or those of several
	 * child contexts. Idempotent.
	 */
	void close() {
		this.manager.close();
		this.secrets.close();
		this.backends.close();
	}

	/**
	 * Lets rules about config be refused where those about requests are. For the gray
	 * release of this library only: called when all beans are there, before the config is
	 * followed.
	 * @param parser knows the strategies of the application
	 */
	public void readRulesWith(GrayRulesParser parser) {
		if (this.manager.variants() instanceof RuleVariants rules) {
			rules.readWith(parser);
		}
	}

}
