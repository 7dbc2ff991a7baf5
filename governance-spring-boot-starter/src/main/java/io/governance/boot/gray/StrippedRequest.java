package io.governance.boot.gray;

import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

import io.governance.gray.LaneContext;

/** A request without what it says about lanes. */
final class StrippedRequest extends HttpServletRequestWrapper {

	/** Headers that are not as they were received, with what is left of them. */
	private final Map<String, List<String>> changed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

	StrippedRequest(HttpServletRequest request, LaneCarrier carrier) {
		super(request);
		carrier.write(LaneContext.STABLE, (name) -> {
			Enumeration<String> lines = request.getHeaders(name);
			return (lines != null) ? Collections.list(lines) : List.of();
		}, (name, value) -> this.changed.put(name, (value != null) ? List.of(value) : List.of()));
	}

	@Override
	public @Nullable String getHeader(String name) {
		List<String> lines = this.changed.get(name);
		if (lines == null) {
			return super.getHeader(name);
		}
		return lines.isEmpty() ? null : lines.get(0);
	}

	@Override
	public int getIntHeader(String name) {
		return isGone(name) ? -1 : super.getIntHeader(name);
	}

	@Override
	public long getDateHeader(String name) {
		return isGone(name) ? -1 : super.getDateHeader(name);
	}

	private boolean isGone(String name) {
		return List.of().equals(this.changed.get(name));
	}

	@Override
	public Enumeration<String> getHeaders(String name) {
		List<String> lines = this.changed.get(name);
		return (lines == null) ? super.getHeaders(name) : Collections.enumeration(lines);
	}

	@Override
	public Enumeration<String> getHeaderNames() {
		List<String> names = Collections.list(super.getHeaderNames());
		names.removeIf(this::isGone);
		return Collections.enumeration(names);
	}

}
