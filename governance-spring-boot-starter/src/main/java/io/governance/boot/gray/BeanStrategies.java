package io.governance.boot.gray;

import java.util.List;

import org.springframework.beans.factory.ListableBeanFactory;

import io.governance.gray.Condition;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayStrategy;
import io.governance.gray.GrayStrategyFactory;
import io.governance.gray.RulesNode;

/**
 * Strategies that are beans of the application, which rules name as in
 * {@code bean: weekendShoppers}. Thread-safe.
 */
final class BeanStrategies implements GrayStrategyFactory {

	/** The key in rules. */
	static final String NAME = "bean";

	private final ListableBeanFactory beans;

	BeanStrategies(ListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public GrayStrategy create(RulesNode definition) {
		String name = definition.text();
		if (!this.beans.containsBean(name) || !this.beans.isTypeMatch(name, GrayStrategy.class)) {
			throw definition.invalid("is not the name of a bean of the type GrayStrategy; known: "
					+ List.of(this.beans.getBeanNamesForType(GrayStrategy.class, true, false)));
		}
		return new Named(name, this.beans.getBean(name, GrayStrategy.class));
	}

	/**
	 * A bean.
	 *
	 * @param name the bean's name
	 * @param bean the bean
	 */
	private record Named(String name, GrayStrategy bean) implements GrayStrategy {

		@Override
		public boolean matches(GrayContext context) {
			return this.bean.matches(context);
		}

		@Override
		public Condition explain(GrayContext context) {
			Condition found = this.bean.explain(context);
			return new Condition(toString(), found.met(), found.reason(), found.parts());
		}

		@Override
		public String toString() {
			return NAME + "(" + this.name + ")";
		}

	}

}
