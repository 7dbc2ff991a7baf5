package io.governance.boot.gray;

import java.util.List;

import io.governance.gray.Condition;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.GrayStrategy;
import io.governance.gray.InvalidRulesException;
import io.governance.gray.SampleRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.StaticListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class BeanStrategiesTests {

	private final StaticListableBeanFactory beans = new StaticListableBeanFactory();

	private final GrayRulesParser parser = new GrayRulesParser(List.of(new BeanStrategies(this.beans)));

	@Test
	void ruleNamesABean() {
		this.beans.addBean("vipShoppers", new VipShoppers());
		GrayRules rules = rules("{all: [{bean: vipShoppers}, {not: {users: [bob]}}]}");
		GrayContext ann = SampleRequest.EMPTY.withUser("ann").withClaim("vip", "yes");
		assertThat(rules.decide(ann).lanes().toHeader()).isEqualTo("orders=gray");
		assertThat(rules.decide(GrayContext.ofUser("ann")).lanes().isStable()).isTrue();
		Condition condition = rules.explain(ann).verdicts().get(0).condition().parts().get(0);
		assertThat(condition).isEqualTo(Condition.of("bean(vipShoppers)", true, "a VIP"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "other", "aText", "vip Shoppers" })
	void anotherNameIsRefusedWithItsLine(String name) {
		this.beans.addBean("vipShoppers", new VipShoppers());
		this.beans.addBean("aText", "text");
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> rules("{bean: " + name + "}"))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(1))
			.withMessageContaining("is not the name of a bean of the type GrayStrategy; known: [vipShoppers]");
	}

	private GrayRules rules(String match) {
		return this.parser.parse("gray.yaml", "rules: [{name: r, service: orders, lane: gray, match: " + match + "}]");
	}

	private static final class VipShoppers implements GrayStrategy {

		@Override
		public boolean matches(GrayContext context) {
			return context.claim("vip") != null;
		}

		@Override
		public Condition explain(GrayContext context) {
			return Condition.of("whatever", matches(context), "a VIP");
		}

	}

}
