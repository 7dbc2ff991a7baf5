package io.governance.boot.gray;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.ConnectionInformation;

import org.springframework.http.HttpCookie;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.ClassUtils;

/** A request of WebFlux. */
final class ReactiveInbound extends Inbound {

	private static final boolean NETTY = ClassUtils.isPresent("reactor.netty.http.server.ConnectionInformation",
			ReactiveInbound.class.getClassLoader());

	private final ServerHttpRequest request;

	private @Nullable Principal principal;

	ReactiveInbound(Settings settings, ServerHttpRequest request) {
		super(settings);
		this.request = request;
	}

	void authenticated(@Nullable Principal principal) {
		this.principal = principal;
	}

	@Override
	@Nullable String peer() {
		SocketAddress remote = NETTY ? Netty.peer(this.request) : null;
		if (remote == null) {
			remote = this.request.getRemoteAddress();
		}
		return (remote instanceof InetSocketAddress peer && peer.getAddress() != null)
				? peer.getAddress().getHostAddress() : null;
	}

	@Override
	List<String> headers(String name) {
		return this.request.getHeaders().getOrEmpty(name);
	}

	@Override
	@Nullable String query() {
		return this.request.getURI().getRawQuery();
	}

	@Override
	@Nullable String firstLine(String name) {
		return this.request.getHeaders().getFirst(name);
	}

	@Override
	public @Nullable String cookie(String name) {
		HttpCookie cookie = this.request.getCookies().getFirst(name);
		return (cookie != null) ? meant(cookie.getValue()) : null;
	}

	@Override
	public String path() {
		return this.request.getPath().value();
	}

	@Override
	public String method() {
		return this.request.getMethod().name();
	}

	@Override
	public @Nullable Principal principal() {
		return this.principal;
	}

	/**
	 * Netty's own handling of forwarded headers believes anybody, and tells the peer's
	 * address apart.
	 */
	private static final class Netty {

		static @Nullable SocketAddress peer(ServerHttpRequest request) {
			try {
				return (ServerHttpRequestDecorator
					.getNativeRequest(request) instanceof ConnectionInformation connection)
							? connection.connectionRemoteAddress() : null;
			}
			catch (IllegalArgumentException | IllegalStateException ex) {
				// Requests of tests have none.
				return null;
			}
		}

	}

}
