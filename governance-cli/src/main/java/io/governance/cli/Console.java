package io.governance.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command reads and writes, always in UTF-8.
 *
 * @param in what is typed or piped into it
 * @param out its results
 * @param err everything else
 */
record Console(InputStream in, PrintStream out, PrintStream err) {

	static Console system() {
		return new Console(System.in, new PrintStream(System.out, true, StandardCharsets.UTF_8),
				new PrintStream(System.err, true, StandardCharsets.UTF_8));
	}

	/**
	 * Reads a file, or with {@code -} what is piped in.
	 */
	byte[] read(String file) throws IOException {
		if (file.equals("-")) {
			return this.in.readAllBytes();
		}
		Path path = Path.of(file);
		if (Files.isDirectory(path)) {
			throw new RefusedException("'" + file + "' is a directory: name a file");
		}
		return Files.readAllBytes(path);
	}

	/**
	 * What was written in UTF-8, without the byte order mark that some editors put first.
	 * @param content the text as it was read
	 * @param name what it is called in a message
	 */
	static String text(byte[] content, String name) {
		try {
			String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
			return text.startsWith("\uFEFF") ? text.substring(1) : text;
		}
		catch (CharacterCodingException ex) {
			throw new RefusedException(name + " is not valid UTF-8: save it with that encoding");
		}
	}

}
