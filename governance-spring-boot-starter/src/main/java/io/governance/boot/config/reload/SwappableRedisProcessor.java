package io.governance.boot.config.reload;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.NativeDetector;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Makes all connection factories of Lettuce swappable. Not in a native image, which can
 * make no proxies of classes.
 */
final class SwappableRedisProcessor implements BeanPostProcessor, DisposableBean {

	private final List<SwappableRedis> factories = new CopyOnWriteArrayList<>();

	List<SwappableRedis> factories() {
		return this.factories;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof LettuceConnectionFactory factory && !NativeDetector.inNativeImage()) {
			SwappableRedis swappable = new SwappableRedis(factory,
					(delay) -> CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS));
			this.factories.add(swappable);
			return swappable.proxy();
		}
		return bean;
	}

	@Override
	public void destroy() {
		this.factories.forEach(SwappableRedis::close);
	}

}
