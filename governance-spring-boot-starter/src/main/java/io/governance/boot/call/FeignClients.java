package io.governance.boot.call;

import java.util.function.UnaryOperator;

import feign.Client;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.openfeign.loadbalancer.FeignBlockingLoadBalancerClient;

/**
 * Puts {@link GovernanceFeignClient} in the place of Spring Cloud's load-balancing client
 * for Feign, over the same HTTP client.
 */
final class FeignClients implements BeanPostProcessor {

	private final UnaryOperator<Client> replacement;

	FeignClients(UnaryOperator<Client> replacement) {
		this.replacement = replacement;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		// A user's own subclass stays.
		return (bean.getClass() == FeignBlockingLoadBalancerClient.class)
				? this.replacement.apply(((FeignBlockingLoadBalancerClient) bean).getDelegate()) : bean;
	}

}
