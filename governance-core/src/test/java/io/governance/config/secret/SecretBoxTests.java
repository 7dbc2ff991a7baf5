package io.governance.config.secret;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link SecretBox}.
 */
class SecretBoxTests {

	private static final String OLD = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

	private static final String NEW = Base64.getEncoder().encodeToString("0123456789abcdef0123456789ABCDEF".getBytes());

	private final SecretBox box = new SecretBox(SecretKeys.parse(OLD));

	@ParameterizedTest
	@ValueSource(strings = { "", "s3cretValue", "{cipher}v1:", "p\u00e4ssw\u00f6rd \ud83d\udd11\n" })
	void givesBackWhatWasEncrypted(String value) {
		assertThat(open(this.box, "db.password", this.box.encrypt("db.password", value))).isEqualTo(value);
	}

	@Test
	void writesTheFormThatIsDocumented() throws Exception {
		String written = this.box.encrypt("my-db.userPassword", "s3cretValue");

		assertThat(written).startsWith("{cipher}v1:" + SecretKeys.parse(OLD).newest() + ":");
		String[] parts = written.substring("{cipher}".length()).split(":");
		byte[] payload = Base64.getUrlDecoder().decode(parts[2]);
		assertThat(payload).hasSize(12 + "s3cretValue".length() + 16);
		Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
		cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(Base64.getDecoder().decode(OLD), "AES"),
				new GCMParameterSpec(128, payload, 0, 12));
		cipher.updateAAD(("v1:" + parts[1] + ":mydb.userpassword").getBytes(StandardCharsets.UTF_8));
		assertThat(new String(cipher.doFinal(payload, 12, payload.length - 12))).isEqualTo("s3cretValue");
	}

	@Test
	void opensWhatAnotherImplementationOfTheFormHasWritten() {
		assertThat(open(this.box, "database.password",
				"{cipher}v1:6197b443:ZGVmZ2hpamtsbW5vOyi9FBydAP9SFzoBvto4-xglu7s1zInC96tQ"))
			.isEqualTo("s3cretValue");
	}

	@Test
	void neverWritesTheSameTwice() {
		Set<String> written = new HashSet<>();
		for (int i = 0; i < 1000; i++) {
			written.add(this.box.encrypt("db.password", "same"));
		}
		assertThat(written).hasSize(1000);
	}

	@ParameterizedTest
	@CsvSource({ "db.user-password, db.userPassword", "db.user-password, DB.USER_PASSWORD",
			"servers[0].password, servers[7].password", "users[a.B].password, users[a.B].pass-word" })
	void opensInAnySpellingOfThePropertyAndInAnyElementOfAList(String property, String spelling) {
		assertThat(open(this.box, spelling, this.box.encrypt(property, "s3cretValue"))).isEqualTo("s3cretValue");
	}

	@ParameterizedTest
	@CsvSource({ "db.password, app.greeting", "db.password, db.password2", "users[a].password, users[b].password",
			"users[a-b], users[ab]", "servers[0].password, servers.password" })
	void opensNothingThatWasMovedToAnotherProperty(String property, String other) {
		String written = this.box.encrypt(property, "s3cretValue");
		assertThatExceptionOfType(DecryptionException.class).isThrownBy(() -> open(this.box, other, written))
			.withMessageContaining("encrypted for a property of another name")
			.withMessageNotContaining("s3cretValue");
	}

	@Test
	void opensNothingThatWasChangedInAnyBit() {
		String written = this.box.encrypt("db.password", "s3cretValue").substring("{cipher}v1:".length());
		String id = written.substring(0, 9);
		byte[] payload = Base64.getUrlDecoder().decode(written.substring(9));
		for (int bit = 0; bit < payload.length * 8; bit++) {
			byte[] changed = payload.clone();
			changed[bit / 8] ^= (byte) (1 << (bit % 8));
			String text = id + Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
			assertThatExceptionOfType(DecryptionException.class).as("bit %d", bit)
				.isThrownBy(() -> this.box.decrypt("db.password", text));
		}
		for (int length = 0; length < written.length(); length++) {
			String text = written.substring(0, length);
			assertThatExceptionOfType(DecryptionException.class).as("%d characters", length)
				.isThrownBy(() -> this.box.decrypt("db.password", text));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "s3cretValue", ":", "s3cretValue:s3cretValue", "01234567:s3cret!Value", "::",
			"s3cretValue:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })
	void showsNothingOfWhatIsNoCipher(String text) {
		assertThatExceptionOfType(DecryptionException.class).isThrownBy(() -> this.box.decrypt("a", text))
			.withMessageStartingWith("is not a whole encrypted value")
			.withMessageNotContaining("s3cret");
	}

	@Test
	void opensWithAnyKeyAndEncryptsWithTheFirst() {
		SecretBox rotated = new SecretBox(SecretKeys.parse(NEW + "\n" + OLD));
		String old = this.box.encrypt("a", "1");
		String fresh = rotated.encrypt("a", "2");

		assertThat(open(rotated, "a", old)).isEqualTo("1");
		assertThat(open(rotated, "a", fresh)).isEqualTo("2");
		assertThat(open(new SecretBox(SecretKeys.parse(NEW)), "a", fresh)).isEqualTo("2");
		assertThatExceptionOfType(DecryptionException.class).isThrownBy(() -> open(this.box, "a", fresh))
			.withMessageContaining("was encrypted with the key '" + SecretKeys.parse(NEW).newest() + "'")
			.withMessageContaining("keys [" + SecretKeys.parse(OLD).newest() + "]");
	}

	@Test
	void takesTheKeysAsTheyAreAtEachCall() {
		List<SecretKeys> now = new ArrayList<>(List.of(SecretKeys.parse(OLD)));
		SecretBox changing = new SecretBox(() -> now.get(0), new SecureRandom());
		String fresh = new SecretBox(SecretKeys.parse(NEW)).encrypt("a", "1");
		assertThatExceptionOfType(DecryptionException.class).isThrownBy(() -> open(changing, "a", fresh));

		now.set(0, SecretKeys.parse(NEW));
		assertThat(open(changing, "a", fresh)).isEqualTo("1");
	}

	private static String open(SecretBox box, String property, String written) {
		assertThat(written).startsWith("{cipher}v1:");
		return box.decrypt(property, written.substring("{cipher}v1:".length()));
	}

}
