package io.governance.boot.configdata;

import org.jspecify.annotations.Nullable;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.PropertySources;

/**
 * Says that the application imports {@code governance:}. Holds nothing; replaced by
 * {@link GovernancePropertySource}.
 */
final class ImportMark extends EnumerablePropertySource<Boolean> {

	private static final String REQUIRED = "governance: (import)";

	private static final String OPTIONAL = "governance: (optional import)";

	ImportMark(boolean optional) {
		super(optional ? OPTIONAL : REQUIRED, optional);
	}

	/**
	 * The mark that counts of those that several files have left, which is the highest
	 * one, as for any property.
	 */
	static @Nullable ImportMark in(PropertySources sources) {
		for (PropertySource<?> source : sources) {
			if (source instanceof ImportMark mark) {
				return mark;
			}
		}
		return null;
	}

	static void removeFrom(MutablePropertySources sources) {
		sources.remove(REQUIRED);
		sources.remove(OPTIONAL);
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
