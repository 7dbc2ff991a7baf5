package io.governance.lint;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.asm.ClassReader;
import org.springframework.asm.ClassVisitor;
import org.springframework.asm.FieldVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;

/**
 * Reads the constants of an enum out of its class file, without loading it.
 */
final class EnumConstants {

	private EnumConstants() {
	}

	/**
	 * Reads the constants.
	 * @param classFile a class file
	 * @return the names of the constants; none if it is no enum, or too new to be read
	 */
	static List<String> of(byte[] classFile) {
		List<String> constants = new ArrayList<>();
		try {
			new ClassReader(classFile).accept(new ClassVisitor(SpringAsmInfo.ASM_VERSION) {

				@Override
				public @Nullable FieldVisitor visitField(int access, String name, String descriptor,
						@Nullable String signature, @Nullable Object value) {
					if ((access & Opcodes.ACC_ENUM) != 0) {
						constants.add(name);
					}
					return null;
				}

			}, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
		}
		catch (IllegalArgumentException | ArrayIndexOutOfBoundsException ex) {
			return List.of();
		}
		return constants;
	}

}
