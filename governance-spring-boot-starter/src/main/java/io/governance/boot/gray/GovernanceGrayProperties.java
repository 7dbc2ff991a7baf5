package io.governance.boot.gray;

import java.util.List;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of gray release.
 *
 * @param enabled Whether requests are sent to lanes.
 * @param document Name of the document that holds the rules.
 * @param userHeader Name of the request header that tells the user.
 * @param laneHeader Name of the header that passes the lane on from service to service.
 * @param trustedPeers Addresses and networks from which the lane header is honoured; it
 * is ignored from all others. By default only this machine: a fleet on several machines
 * sets the networks of its services, such as '10.0.0.0/8', and has its edge strip the
 * header.
 */
@ConfigurationProperties("governance.gray")
public record GovernanceGrayProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("gray.yaml") String document, @DefaultValue("X-User-ID") String userHeader,
		@DefaultValue("X-Governance-Lane") String laneHeader, @DefaultValue( {
				"127.0.0.0/8", "::1/128" }) List<String> trustedPeers){
}
