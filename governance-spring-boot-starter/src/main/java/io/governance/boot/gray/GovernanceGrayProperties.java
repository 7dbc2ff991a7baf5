package io.governance.boot.gray;

import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

import io.governance.boot.CheckedProperties;
import io.governance.boot.InvalidSettingException;
import io.governance.config.DocumentId;

/**
 * Properties of gray release.
 *
 * @param enabled Whether requests are sent to lanes.
 * @param document Name of the document that holds the rules.
 * @param userHeader Name of the request header that tells the user.
 * @param anonymous Who the user of a request without one is.
 * @param sessionCookies Names of the cookies that may hold the session, the first one
 * that is there counts.
 * @param laneHeader Name of the header that passes the lane on from service to service.
 * @param carriers What passes the lane on from service to service.
 * @param baggageKey Name of the member of the W3C header 'baggage' that passes the lane
 * on.
 * @param trustedPeers Addresses and networks from which the lane header is honoured; it
 * is ignored from all others. By default only this machine: a fleet on several machines
 * sets the networks of its services, such as '10.0.0.0/8', and has its edge strip the
 * header.
 * @param trustedProxies Addresses and networks of proxies that are believed about the
 * caller's address.
 * @param forwardedHeader Name of the header in which trusted proxies tell the address,
 * 'X-Forwarded-For' or 'Forwarded'. Only the one that they all append to is safe.
 * @param filterOrder Order of the filter that decides. By default before all others;
 * claims of a principal are known only behind the filter that authenticates, which is
 * -100 for Spring Security.
 */
@ConfigurationProperties("governance.gray")
public record GovernanceGrayProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("gray.yaml") String document, @DefaultValue("X-User-ID") String userHeader,
		@DefaultValue("address") Anonymous anonymous, @DefaultValue( {
				"SESSION", "JSESSIONID" }) List<String> sessionCookies,
		@DefaultValue("X-Governance-Lane") String laneHeader,
		@DefaultValue({ "header", "baggage" }) Set<Carrier> carriers,
		@DefaultValue("governance.lane") String baggageKey,
		@DefaultValue({ "127.0.0.0/8", "::1/128" }) List<String> trustedPeers,
		@DefaultValue({ "127.0.0.0/8", "::1/128" }) List<String> trustedProxies,
		@DefaultValue("X-Forwarded-For") String forwardedHeader,
		@Nullable Integer filterOrder) implements CheckedProperties{

	@Override
	public void check() {
		Inbound.Settings.of(this, null);
		new LaneCarrier(this);
		trusted();
		checkHeader("governance.gray.user-header", this.userHeader);
		checkHeader("governance.gray.lane-header", this.laneHeader);
		try {
			new DocumentId(DocumentId.DEFAULT, DocumentId.DEFAULT, this.document);
		}
		catch (IllegalArgumentException ex) {
			throw InvalidSettingException.ofName("governance.gray.document", ex);
		}
	}

	private static void checkHeader(String property, String name) {
		if (!BaggageMember.isToken(name)) {
			throw new InvalidSettingException(property, "'" + name + "' is not the name of a header",
					"Use letters, digits and '-', without a colon", null);
		}
	}

	/** The peers from which the lane header is honoured. */
	TrustedPeers trusted() {
		return new TrustedPeers("governance.gray.trusted-peers", this.trustedPeers);
	}

	/** Who the user of a request without one is. */
	public enum Anonymous {

		/** The caller's address. */
		ADDRESS,

		/** Nobody. */
		NONE

	}

	/** What passes lanes on. */
	public enum Carrier {

		/** A header of its own. */
		HEADER,

		/** A member of the W3C header {@code baggage}. */
		BAGGAGE

	}

}
