package io.governance.gray;

/**
 * Stands for strategies that are beans of an application, where there is no application:
 * they meet no request.
 */
final class UnknownBeans implements GrayStrategyFactory {

	@Override
	public String name() {
		return "bean";
	}

	@Override
	public GrayStrategy create(RulesNode definition) {
		return new UnknownBean(definition.text());
	}

	private record UnknownBean(String bean) implements GrayStrategy {

		@Override
		public boolean matches(GrayContext context) {
			return false;
		}

		@Override
		public Condition explain(GrayContext context) {
			return Condition.of(this, false, "only the application knows");
		}

		@Override
		public String toString() {
			return "bean(" + this.bean + ")";
		}

	}

}
