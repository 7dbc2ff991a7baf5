package io.governance.boot.config;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class LiveConfigAotProcessorTests {

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	@Test
	void typesOfLiveConfigCanBeBoundInANativeImageWithoutBeingRegistered() {
		this.beanFactory.registerBeanDefinition("orders", new RootBeanDefinition(Orders.class));
		DefaultGenerationContext context = new DefaultGenerationContext(
				new ClassNameGenerator(ClassName.get("com.example", "Test")), new InMemoryGeneratedFiles());
		BeanFactoryInitializationAotContribution contribution = new LiveConfigAotProcessor()
			.processAheadOfTime(this.beanFactory);
		assertThat(contribution).isNotNull();
		contribution.applyTo(context, mock());
		assertThat(List.of(Database.class, Limit.class, Pool.class))
			.allSatisfy((type) -> assertThat(RuntimeHintsPredicates.reflection().onType(type))
				.accepts(context.getRuntimeHints()));
	}

	@Test
	void contributesNothingWhereThereIsNoLiveConfig() {
		this.beanFactory.registerBeanDefinition("text", new RootBeanDefinition(String.class));
		assertThat(new LiveConfigAotProcessor().processAheadOfTime(this.beanFactory)).isNull();
	}

	@ConfigurationProperties("database")
	record Database(String url, Pool pool) {
	}

	record Pool(int size) {
	}

	record Limit(int perSecond) {
	}

	static class Orders {

		Orders(LiveConfig<Database> database,
				@ConfigPrefix("limits") ObjectProvider<LiveConfig<Map<String, Limit>>> limits) {
		}

	}

}
