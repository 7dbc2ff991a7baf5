package io.governance.config.secret;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Secrets}.
 */
@Timeout(30)
class SecretsTests {

	private final SecretBox box = new SecretBox(SecretKeys.parse(SecretKeys.generate(new SecureRandom())));

	@Test
	void opensEachValueWithTheDecryptorThatItNames() {
		try (Secrets secrets = secrets(this.box, decryptor("kms", () -> "from the kms"))) {
			Secrets.Opener opener = secrets.begin();
			assertThat(opener.open("a", this.box.encrypt("a", "from the box"))).isEqualTo("from the box");
			assertThat(opener.open("a", "{cipher}kms:x:y")).isEqualTo("from the kms");
		}
	}

	@Test
	void knowsWhatIsEncrypted() {
		assertThat(Secrets.isEncrypted("{cipher}v1:x")).isTrue();
		assertThat(Secrets.isEncrypted("{cipher}")).isTrue();
		assertThat(Secrets.isEncrypted(" {cipher}")).isFalse();
		assertThat(Secrets.isEncrypted(5)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{cipher}", "{cipher}s3cretValue", "{cipher}s3cretvalue:x", "{cipher}:s3cretValue",
			"{cipher}V1:s3cretValue" })
	void refusesAFormThatItDoesNotKnowWithoutShowingIt(String value) {
		try (Secrets secrets = secrets(this.box)) {
			assertThatExceptionOfType(DecryptionException.class).isThrownBy(() -> secrets.begin().open("a", value))
				.withMessageContaining("in a form that is not known here")
				.withMessageContaining("[v1]")
				.withMessageNotContainingAny("s3cretValue", "s3cretvalue");
		}
	}

	@Test
	void saysWhatToSetWhenThereIsNoKey() {
		String value = this.box.encrypt("a", "1");
		try (Secrets none = Secrets.none()) {
			assertThatExceptionOfType(DecryptionException.class).isThrownBy(() -> none.begin().open("a", value))
				.withMessage("is encrypted, and this application has no key: set governance.secrets.key-file");
		}
	}

	@Test
	void showsOfAForeignFailureItsTypeAlone() {
		try (Secrets secrets = secrets(decryptor("kms", () -> {
			throw new IllegalStateException("s3cretValue");
		}))) {
			assertThatExceptionOfType(DecryptionException.class)
				.isThrownBy(() -> secrets.begin().open("a", "{cipher}kms:x"))
				.withMessage("cannot be decrypted: 'kms' failed with java.lang.IllegalStateException")
				.withNoCause();
		}
	}

	@Test
	void passesOnWhatADecryptorSays() {
		try (Secrets secrets = secrets(decryptor("kms", () -> {
			throw new DecryptionException("is for another account");
		}))) {
			assertThatExceptionOfType(DecryptionException.class)
				.isThrownBy(() -> secrets.begin().open("a", "{cipher}kms:x"))
				.withMessage("is for another account");
		}
	}

	@Test
	void endsADecryptorThatHangsAndAnswersAtOnceWhileItCannotBeEnded() {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		try (Secrets secrets = new Secrets(List.of(decryptor("kms", () -> {
			begun.countDown();
			for (boolean waiting = true; waiting;) {
				try {
					release.await();
					waiting = false;
				}
				catch (InterruptedException ex) {
					// Does not listen.
				}
			}
			return "late";
		})), Duration.ofMillis(100))) {
			do {
				assertThatExceptionOfType(DecryptionException.class)
					.isThrownBy(() -> secrets.begin().open("a", "{cipher}kms:x"))
					.withMessage("cannot be decrypted: 'kms' did not answer within 100 ms");
			}
			while (begun.getCount() > 0);
			assertThatExceptionOfType(DecryptionException.class)
				.isThrownBy(() -> secrets.begin().open("a", "{cipher}kms:x"))
				.withMessageContaining("has not ended an earlier call");
		}
		finally {
			release.countDown();
		}
	}

	@Test
	void grantsAllValuesOfOneChangeTheSameTime() {
		CountDownLatch never = new CountDownLatch(1);
		try (Secrets secrets = new Secrets(List.of(decryptor("slow", () -> {
			never.await();
			return "never";
		}), decryptor("quick", () -> "quick")), Duration.ofMillis(100))) {
			Secrets.Opener opener = secrets.begin();
			assertThatExceptionOfType(DecryptionException.class).isThrownBy(() -> opener.open("a", "{cipher}slow:x"));
			assertThatExceptionOfType(DecryptionException.class).as("the time is over")
				.isThrownBy(() -> opener.open("b", "{cipher}slow:x"));
			never.countDown();
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 5 })
	void opensManyValuesInOneChange(long millis) {
		CountDownLatch never = new CountDownLatch(1);
		try (Secrets secrets = secrets(decryptor("kms", () -> never.await(millis, TimeUnit.MILLISECONDS) + ""))) {
			for (int change = 0; change < ((millis == 0) ? 200 : 2); change++) {
				Secrets.Opener opener = secrets.begin();
				for (int value = 0; value < 50; value++) {
					assertThat(opener.open("a", "{cipher}kms:x")).isEqualTo("false");
				}
			}
		}
	}

	@Test
	void opensValuesAgainWhenTheCallThatHungHasEnded() {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		try (Secrets secrets = new Secrets(List.of(decryptor("kms", () -> {
			begun.countDown();
			try {
				release.await();
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
				throw ex;
			}
			return "quick";
		})), Duration.ofMillis(100))) {
			do {
				assertThatExceptionOfType(DecryptionException.class)
					.isThrownBy(() -> secrets.begin().open("a", "{cipher}kms:x"));
			}
			while (begun.getCount() > 0);
			await().until(() -> interrupted.getCount() == 0);
			release.countDown();
			await().ignoreException(DecryptionException.class)
				.untilAsserted(() -> assertThat(secrets.begin().open("a", "{cipher}kms:x")).isEqualTo("quick"));
		}
	}

	@Test
	void refusesTwoOfOneNameAndNamesThatCannotBeWritten() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> secrets(decryptor("kms", () -> ""), decryptor("kms", () -> "")))
			.withMessageContaining("two decryptors for 'kms'");
		assertThatIllegalArgumentException().isThrownBy(() -> secrets(decryptor("my:kms", () -> "")));
	}

	private static Secrets secrets(Decryptor... decryptors) {
		return new Secrets(List.of(decryptors), Secrets.DEFAULT_TIMEOUT);
	}

	private static Decryptor decryptor(String name, Callable<String> answer) {
		return new Decryptor() {

			@Override
			public String name() {
				return name;
			}

			@Override
			public String decrypt(String property, String cipherText) throws Exception {
				return answer.call();
			}

		};
	}

}
