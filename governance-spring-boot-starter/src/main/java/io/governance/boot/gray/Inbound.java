package io.governance.boot.gray;

import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.governance.boot.gray.GovernanceGrayProperties.Anonymous;
import io.governance.gray.GrayContext;
import io.governance.gray.IpNetwork;

/**
 * What is known of an inbound request, as servlets and WebFlux both have it. Belongs to
 * the thread that decides.
 */
abstract class Inbound implements GrayContext, GrayClaims.Source {

	/** A longer id counts as none. */
	static final int MAX_ID_LENGTH = 1024;

	private final Settings settings;

	private boolean fromFleet;

	private boolean userKnown;

	private @Nullable String user;

	private @Nullable String address;

	Inbound(Settings settings) {
		this.settings = settings;
	}

	/** The address that the connection comes from. */
	abstract @Nullable String peer();

	/** Whom the server takes for the caller: the peer, unless it knows better. */
	@Nullable String caller() {
		return peer();
	}

	/** All lines of a header, as the peer sent them. */
	abstract List<String> headers(String name);

	/** The first line of a header, as the server read it. */
	abstract @Nullable String firstLine(String name);

	@Override
	public final @Nullable String header(String name) {
		return meant(firstLine(name));
	}

	/** The query as it was sent. */
	abstract @Nullable String query();

	/** Another service asks, and lanes are known: the address is not that of a user. */
	void fromFleet() {
		this.fromFleet = true;
	}

	@Override
	public final @Nullable String userId() {
		if (!this.userKnown) {
			this.user = findUser();
			this.userKnown = true;
		}
		return this.user;
	}

	private @Nullable String findUser() {
		String told = header(this.settings.userHeader());
		if (told != null && !told.isBlank()) {
			return id(told);
		}
		return (this.settings.anonymous() == Anonymous.ADDRESS && !this.fromFleet) ? address() : null;
	}

	@Override
	public final @Nullable String sessionId() {
		for (String name : this.settings.sessionCookies()) {
			String session = cookie(name);
			if (session != null && !session.isBlank()) {
				return id(session);
			}
		}
		return null;
	}

	private static @Nullable String id(String text) {
		if (text.length() > MAX_ID_LENGTH) {
			return null;
		}
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c < ' ' || c == 0x7f) {
				return null;
			}
		}
		return text;
	}

	/** A text as it was meant: servers read bytes of UTF-8 as Latin 1. */
	static @Nullable String meant(@Nullable String text) {
		if (text == null) {
			return null;
		}
		int bits = 0;
		for (int i = 0; i < text.length(); i++) {
			bits |= text.charAt(i);
		}
		return (bits > 0x7f && bits <= 0xff) ? utf8(text) : text;
	}

	private static String utf8(String text) {
		try {
			return StandardCharsets.UTF_8.newDecoder()
				.decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)))
				.toString();
		}
		catch (CharacterCodingException ex) {
			return text;
		}
	}

	@Override
	public final @Nullable String address() {
		String found = this.address;
		if (found == null) {
			found = written(caller());
			ForwardedAddress forwarded = this.settings.forwarded();
			if (found != null && forwarded.believes(found)) {
				List<String> lines = headers(forwarded.header());
				found = lines.isEmpty() ? found : forwarded.find(found, lines);
			}
			this.address = found;
		}
		return found;
	}

	/** Containers write addresses of IPv6 in several ways, and those may be users. */
	private static @Nullable String written(@Nullable String peer) {
		InetAddress address = (peer != null && peer.indexOf(':') >= 0) ? IpNetwork.address(peer) : null;
		return (address != null) ? IpNetwork.text(address) : peer;
	}

	@Override
	public final @Nullable String query(String name) {
		String query = query();
		int start = 0;
		while (query != null && start < query.length()) {
			int ampersand = query.indexOf('&', start);
			int end = (ampersand < 0) ? query.length() : ampersand;
			int equals = query.indexOf('=', start);
			int nameEnd = (equals < 0 || equals > end) ? end : equals;
			if (name.equals(decoded(query, start, nameEnd))) {
				return decoded(query, Math.min(nameEnd + 1, end), end);
			}
			start = end + 1;
		}
		return null;
	}

	private static @Nullable String decoded(String query, int start, int end) {
		String part = query.substring(start, end);
		if (part.indexOf('%') < 0 && part.indexOf('+') < 0) {
			return part;
		}
		try {
			return URLDecoder.decode(part, StandardCharsets.UTF_8);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	@Override
	public final @Nullable String claim(String name) {
		GrayClaims claims = this.settings.claims();
		return (claims != null) ? claims.claim(this, name) : null;
	}

	/**
	 * How requests are read.
	 *
	 * @param userHeader tells the user
	 * @param anonymous who the user is otherwise
	 * @param sessionCookies tell the session
	 * @param forwarded finds the address
	 * @param claims tells claims
	 */
	record Settings(String userHeader, Anonymous anonymous, List<String> sessionCookies, ForwardedAddress forwarded,
			@Nullable GrayClaims claims) {

		static Settings of(GovernanceGrayProperties properties, @Nullable GrayClaims claims) {
			TrustedPeers proxies = new TrustedPeers("governance.gray.trusted-proxies", properties.trustedProxies());
			return new Settings(properties.userHeader(), properties.anonymous(),
					List.copyOf(properties.sessionCookies()),
					new ForwardedAddress(properties.forwardedHeader(), proxies), claims);
		}

	}

}
