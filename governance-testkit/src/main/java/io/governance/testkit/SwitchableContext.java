package io.governance.testkit;

import java.security.SecureRandom;

import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * A TLS context whose keys are exchanged while it is in use. Thread-safe.
 */
public final class SwitchableContext extends SSLContext {

	private final Delegating delegating;

	/**
	 * Creates a context.
	 * @param first what it is at first
	 */
	public SwitchableContext(SSLContext first) {
		this(new Delegating(first));
	}

	private SwitchableContext(Delegating delegating) {
		super(delegating, delegating.current.getProvider(), delegating.current.getProtocol());
		this.delegating = delegating;
	}

	/**
	 * Exchanges what new connections use.
	 * @param next what it is from now on
	 */
	public void use(SSLContext next) {
		this.delegating.current = next;
	}

	private static final class Delegating extends SSLContextSpi {

		private volatile SSLContext current;

		Delegating(SSLContext first) {
			this.current = first;
		}

		@Override
		protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random) {
			throw new UnsupportedOperationException();
		}

		@Override
		protected SSLSocketFactory engineGetSocketFactory() {
			return this.current.getSocketFactory();
		}

		@Override
		protected SSLServerSocketFactory engineGetServerSocketFactory() {
			return this.current.getServerSocketFactory();
		}

		@Override
		protected SSLEngine engineCreateSSLEngine() {
			return this.current.createSSLEngine();
		}

		@Override
		protected SSLEngine engineCreateSSLEngine(String host, int port) {
			return this.current.createSSLEngine(host, port);
		}

		@Override
		protected SSLSessionContext engineGetServerSessionContext() {
			return this.current.getServerSessionContext();
		}

		@Override
		protected SSLSessionContext engineGetClientSessionContext() {
			return this.current.getClientSessionContext();
		}

		@Override
		protected SSLParameters engineGetDefaultSSLParameters() {
			return this.current.getDefaultSSLParameters();
		}

		@Override
		protected SSLParameters engineGetSupportedSSLParameters() {
			return this.current.getSupportedSSLParameters();
		}

	}

}
