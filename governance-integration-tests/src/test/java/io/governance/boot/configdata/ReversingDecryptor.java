package io.governance.boot.configdata;

import java.util.function.UnaryOperator;

import io.governance.config.secret.DecryptionException;
import io.governance.config.secret.Decryptor;
import org.jspecify.annotations.Nullable;

/** Stands for a key management service: opens text that is written backwards. */
public final class ReversingDecryptor implements Decryptor {

	private @Nullable String mark;

	private boolean closed;

	@Override
	public String name() {
		return "reversed";
	}

	@Override
	public void configure(UnaryOperator<@Nullable String> settings) {
		this.mark = settings.apply("reversed.mark");
	}

	@Override
	public String decrypt(String property, String cipherText) {
		if (this.mark == null) {
			throw new DecryptionException("needs the property reversed.mark");
		}
		if (this.closed) {
			throw new IllegalStateException("Is closed");
		}
		return this.mark + new StringBuilder(cipherText).reverse();
	}

	@Override
	public void close() {
		this.closed = true;
	}

}
