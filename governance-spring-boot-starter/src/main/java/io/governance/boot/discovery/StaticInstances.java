package io.governance.boot.discovery;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.governance.boot.InvalidSettingException;
import io.governance.registry.Instance;
import io.governance.registry.StaticDiscovery;
import org.jspecify.annotations.Nullable;

/**
 * Reads instances that are written in properties, as URLs whose parameters describe them.
 */
final class StaticInstances {

	private static final String PROPERTY = "governance.discovery.static.";

	private StaticInstances() {
	}

	/**
	 * Reads instances.
	 * @param services the URLs by the name of their service
	 * @return the instances
	 * @throws InvalidSettingException if one cannot be read
	 */
	static StaticDiscovery of(Map<String, List<String>> services) {
		Map<String, List<Instance>> all = new TreeMap<>();
		services.forEach((service, urls) -> {
			List<Instance> instances = new ArrayList<>();
			for (int i = 0; i < urls.size(); i++) {
				instances.add(instance(PROPERTY + service + "[" + i + "]", service, urls.get(i)));
			}
			all.put(service, instances);
		});
		return new StaticDiscovery(all);
	}

	private static Instance instance(String property, String service, String url) {
		try {
			URI uri = new URI(url);
			String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
			String host = uri.getHost();
			if (host == null || !(scheme.equals("http") || scheme.equals("https"))) {
				throw new IllegalArgumentException("is not the URL of an instance");
			}
			if (!uri.getPath().replace("/", "").isEmpty() || uri.getUserInfo() != null || uri.getFragment() != null) {
				// Calls would go elsewhere than the URL says.
				throw new IllegalArgumentException(
						"has a path, a user or a fragment: an instance is a host and a port, and calls bring these along");
			}
			boolean secure = scheme.equals("https");
			int port = (uri.getPort() >= 0) ? uri.getPort() : (secure ? 443 : 80);
			Instance.Builder builder = Instance.of(service, host.replaceAll("[\\[\\]]", ""), port).secure(secure);
			describe(builder, uri.getRawQuery());
			return builder.build();
		}
		catch (URISyntaxException | IllegalArgumentException ex) {
			String problem = (ex instanceof NumberFormatException) ? "its weight is not a number"
					: (ex instanceof URISyntaxException) ? "is not a URL" : String.valueOf(ex.getMessage());
			throw new InvalidSettingException(property, problem, "Set " + property
					+ " to a URL such as http://10.0.0.7:8080 or http://10.0.0.7:8080?zone=a&lane=gray&weight=50", ex);
		}
	}

	private static void describe(Instance.Builder builder, @Nullable String query) {
		Map<String, String> metadata = new TreeMap<>();
		if (query != null) {
			for (String pair : query.split("&")) {
				String[] parts = pair.split("=", 2);
				String value = (parts.length == 2) ? URLDecoder.decode(parts[1], StandardCharsets.UTF_8) : "";
				switch (parts[0]) {
					case "id" -> builder.id(value);
					case "zone" -> builder.zone(value);
					case "version" -> builder.version(value);
					case "lane" -> builder.lane(value);
					case "weight" -> builder.weight(Integer.parseInt(value));
					default -> metadata.put(URLDecoder.decode(parts[0], StandardCharsets.UTF_8), value);
				}
			}
		}
		builder.metadata(metadata);
	}

}
