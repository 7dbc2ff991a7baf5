package io.governance.boot.configdata;

import io.governance.boot.backend.Backends;
import io.governance.boot.backend.SharedBackends;
import io.governance.config.ConfigManager;
import io.governance.config.StartPolicy;
import io.governance.config.secret.Secrets;

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

}
