package io.governance.benchmarks;

import jakarta.servlet.DispatcherType;
import org.jspecify.annotations.Nullable;

import org.springframework.mock.web.MockHttpServletRequest;

/** A servlet request that allocates nothing for what filters ask it. */
class LightRequest extends MockHttpServletRequest {

	private final String userHeader;

	private final String user;

	private final @Nullable String[] names = new String[8];

	private final @Nullable Object[] values = new Object[8];

	LightRequest(String userHeader, String user) {
		super("GET", "/orders");
		this.userHeader = userHeader;
		this.user = user;
	}

	@Override
	public @Nullable String getHeader(String name) {
		return name.equals(this.userHeader) ? this.user : null;
	}

	@Override
	public DispatcherType getDispatcherType() {
		return DispatcherType.REQUEST;
	}

	@Override
	public @Nullable Object getAttribute(String name) {
		for (int i = 0; i < this.names.length; i++) {
			if (name.equals(this.names[i])) {
				return this.values[i];
			}
		}
		return null;
	}

	@Override
	public void setAttribute(String name, @Nullable Object value) {
		for (int i = 0; i < this.names.length; i++) {
			if (this.names[i] == null || name.equals(this.names[i])) {
				this.names[i] = name;
				this.values[i] = value;
				return;
			}
		}
	}

	@Override
	public void removeAttribute(String name) {
		setAttribute(name, null);
	}

	/** Makes a new request of it. */
	void reset() {
		for (int i = 0; i < this.values.length; i++) {
			this.values[i] = null;
		}
	}

}
