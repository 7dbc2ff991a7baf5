package io.governance.boot.backend;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundle;

/**
 * A TLS context whose keys and trusted certificates can be exchanged while it is in use:
 * connections that are made afterwards use the new ones. Thread-safe.
 */
final class ReloadableSslContext {

	private final Keys keys = new Keys();

	private final Trust trust = new Trust();

	private final SSLContext context;

	ReloadableSslContext(SslBundle bundle) {
		reloadManagers(bundle);
		try {
			this.context = SSLContext.getInstance(bundle.getProtocol());
			this.context.init(new KeyManager[] { this.keys }, new TrustManager[] { this.trust }, null);
			// A handshake that is under way during a reload leaves a session with the old
			// certificate, which must not be resumed for long.
			this.context.getClientSessionContext().setSessionTimeout(1);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalArgumentException("TLS is not possible with protocol " + bundle.getProtocol(), ex);
		}
	}

	SSLContext context() {
		return this.context;
	}

	void reload(SslBundle bundle) {
		reloadManagers(bundle);
		forgetSessions(this.context.getClientSessionContext());
	}

	private void reloadManagers(SslBundle bundle) {
		X509ExtendedKeyManager keys = first(bundle.getManagers().getKeyManagers(), X509ExtendedKeyManager.class);
		X509ExtendedTrustManager trust = first(bundle.getManagers().getTrustManagers(), X509ExtendedTrustManager.class);
		if (trust == null) {
			throw new IllegalArgumentException("The SSL bundle has no trust manager for X.509 certificates");
		}
		this.keys.current = keys;
		this.trust.current = trust;
	}

	private static <T> @Nullable T first(Object[] managers, Class<T> type) {
		return Arrays.stream(managers).filter(type::isInstance).map(type::cast).findFirst().orElse(null);
	}

	/** A session that is resumed would go on with the old certificates. */
	private static void forgetSessions(SSLSessionContext sessions) {
		for (byte[] id : Collections.list(sessions.getIds())) {
			SSLSession session = sessions.getSession(id);
			if (session != null) {
				session.invalidate();
			}
		}
	}

	/** The keys, or none if the bundle has none. */
	private static final class Keys extends X509ExtendedKeyManager {

		private volatile @Nullable X509ExtendedKeyManager current;

		@Override
		public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
			X509ExtendedKeyManager manager = this.current;
			return (manager != null) ? manager.getClientAliases(keyType, issuers) : null;
		}

		@Override
		public @Nullable String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
			X509ExtendedKeyManager manager = this.current;
			return (manager != null) ? manager.chooseClientAlias(keyType, issuers, socket) : null;
		}

		@Override
		public @Nullable String chooseEngineClientAlias(String[] keyType, Principal[] issuers, SSLEngine engine) {
			X509ExtendedKeyManager manager = this.current;
			return (manager != null) ? manager.chooseEngineClientAlias(keyType, issuers, engine) : null;
		}

		@Override
		public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
			return null;
		}

		@Override
		public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
			return null;
		}

		@Override
		public X509Certificate @Nullable [] getCertificateChain(String alias) {
			X509ExtendedKeyManager manager = this.current;
			return (manager != null) ? manager.getCertificateChain(alias) : null;
		}

		@Override
		public @Nullable PrivateKey getPrivateKey(String alias) {
			X509ExtendedKeyManager manager = this.current;
			return (manager != null) ? manager.getPrivateKey(alias) : null;
		}

	}

	/** The trusted certificates; those of the JDK check host names as well. */
	private static final class Trust extends X509ExtendedTrustManager {

		private volatile @Nullable X509ExtendedTrustManager current;

		private X509ExtendedTrustManager current() throws CertificateException {
			X509ExtendedTrustManager manager = this.current;
			if (manager == null) {
				throw new CertificateException("No certificate is trusted yet");
			}
			return manager;
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
			current().checkClientTrusted(chain, authType);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
				throws CertificateException {
			current().checkClientTrusted(chain, authType, socket);
		}

		@Override
		public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
				throws CertificateException {
			current().checkClientTrusted(chain, authType, engine);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
			current().checkServerTrusted(chain, authType);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
				throws CertificateException {
			current().checkServerTrusted(chain, authType, socket);
		}

		@Override
		public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
				throws CertificateException {
			current().checkServerTrusted(chain, authType, engine);
		}

		@Override
		public X509Certificate[] getAcceptedIssuers() {
			X509ExtendedTrustManager manager = this.current;
			return (manager != null) ? manager.getAcceptedIssuers() : new X509Certificate[0];
		}

	}

}
