package io.governance.boot.configdata;

import org.jspecify.annotations.Nullable;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * Says that the application imports {@code governance:}. Holds nothing; replaced by
 * {@link GovernancePropertySource}.
 */
final class ImportMark extends EnumerablePropertySource<Boolean> {

	static final String NAME = "governance: (import)";

	ImportMark(boolean optional) {
		super(NAME, optional);
	}

	boolean optional() {
		return getSource();
	}

	@Override
	public String[] getPropertyNames() {
		return new String[0];
	}

	@Override
	public @Nullable Object getProperty(String name) {
		return null;
	}

}
