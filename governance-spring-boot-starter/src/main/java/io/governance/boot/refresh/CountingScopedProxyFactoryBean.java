package io.governance.boot.refresh;

import java.lang.reflect.Method;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.scope.ScopedObject;
import org.springframework.aop.scope.ScopedProxyFactoryBean;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;

/**
 * The proxy of a bean in refresh scope, which lets the object of a call live until the
 * call has ended.
 */
final class CountingScopedProxyFactoryBean extends ScopedProxyFactoryBean implements MethodInterceptor {

	private static final long serialVersionUID = 1L;

	private final transient ReplacingRefreshScope scope;

	private transient @Nullable BeanFactory beanFactory;

	private String target = "";

	CountingScopedProxyFactoryBean(ReplacingRefreshScope scope) {
		this.scope = scope;
	}

	@Override
	public void setTargetBeanName(String targetBeanName) {
		super.setTargetBeanName(targetBeanName);
		this.target = targetBeanName;
	}

	@Override
	public void setBeanFactory(BeanFactory beanFactory) {
		super.setBeanFactory(beanFactory);
		this.beanFactory = beanFactory;
		if (getObject() instanceof Advised advised) {
			advised.addAdvice(0, this);
		}
	}

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		Method method = invocation.getMethod();
		BeanFactory factory = this.beanFactory;
		if (factory == null || AopUtils.isEqualsMethod(method) || AopUtils.isHashCodeMethod(method)
				|| AopUtils.isToStringMethod(method) || method.getDeclaringClass() == ScopedObject.class) {
			return invocation.proceed();
		}
		ScopedBean bean = this.scope.enter(this.target, factory::getBean);
		try {
			return AopUtils.invokeJoinpointUsingReflection(bean.object(), method, invocation.getArguments());
		}
		finally {
			bean.leave();
		}
	}

}
