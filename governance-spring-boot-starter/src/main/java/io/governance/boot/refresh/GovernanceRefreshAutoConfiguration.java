package io.governance.boot.refresh;

import io.governance.boot.config.GovernanceConfigAutoConfiguration;
import io.governance.boot.configdata.GovernanceBootstrap;
import io.governance.config.ConfigManager;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.cloud.autoconfigure.RefreshAutoConfiguration;
import org.springframework.cloud.context.scope.refresh.RefreshScope;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of beans in refresh scope, for applications with remote config that
 * have Spring Cloud's context.
 */
@AutoConfiguration(after = GovernanceConfigAutoConfiguration.class, before = RefreshAutoConfiguration.class)
@ConditionalOnClass(RefreshScope.class)
@ConditionalOnProperty(name = RefreshAutoConfiguration.REFRESH_SCOPE_ENABLED, matchIfMissing = true)
@ConditionalOnBean(name = GovernanceBootstrap.BEAN_NAME)
@ConditionalOnMissingBean(RefreshScope.class)
public final class GovernanceRefreshAutoConfiguration {

	@Bean
	static ReplacingRefreshScope refreshScope() {
		return new ReplacingRefreshScope();
	}

	@Bean
	RefreshScopeChanges governanceRefreshScopeChanges(ReplacingRefreshScope scope,
			ConfigurableListableBeanFactory beanFactory, ConfigManager manager) {
		return new RefreshScopeChanges(scope, beanFactory, manager);
	}

}
