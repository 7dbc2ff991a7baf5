package io.governance.lint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A type as metadata write it, such as {@code java.util.Map<java.lang.String,X>}.
 *
 * @param raw the type without its arguments, or of the elements of an array
 * @param arguments the arguments
 * @param array whether it is an array
 */
record TypeName(String raw, List<TypeName> arguments, boolean array) {

	private static final Set<String> MAPS = Set.of("java.util.Map", "java.util.SortedMap", "java.util.NavigableMap",
			"java.util.HashMap", "java.util.LinkedHashMap", "java.util.TreeMap", "java.util.Properties",
			"java.util.concurrent.ConcurrentMap", "org.springframework.util.MultiValueMap");

	private static final Set<String> COLLECTIONS = Set.of("java.util.Collection", "java.util.List", "java.util.Set",
			"java.util.SortedSet", "java.util.ArrayList", "java.util.HashSet", "java.util.LinkedHashSet",
			"java.util.TreeSet", "java.lang.Iterable");

	static TypeName of(String text) {
		String type = text.trim();
		if (type.endsWith("[]")) {
			TypeName element = of(type.substring(0, type.length() - 2));
			return new TypeName(element.raw, List.of(element), true);
		}
		int open = type.indexOf('<');
		if (open < 0 || !type.endsWith(">")) {
			return new TypeName(type, List.of(), false);
		}
		List<TypeName> arguments = new ArrayList<>();
		int depth = 0;
		int start = open + 1;
		for (int i = start; i < type.length(); i++) {
			char c = type.charAt(i);
			depth += (c == '<') ? 1 : (c == '>') ? -1 : 0;
			if ((c == ',' && depth == 0) || i == type.length() - 1) {
				arguments.add(of(bound(type.substring(start, i))));
				start = i + 1;
			}
		}
		return new TypeName(type.substring(0, open), List.copyOf(arguments), false);
	}

	private static String bound(String argument) {
		String type = argument.trim();
		return type.startsWith("? extends ") ? type.substring("? extends ".length()) : type;
	}

	boolean isMap() {
		return !this.array && MAPS.contains(this.raw);
	}

	boolean isCollection() {
		return this.array || COLLECTIONS.contains(this.raw);
	}

	/** What a collection or a map holds. */
	TypeName content() {
		return this.arguments.isEmpty() ? of("java.lang.Object") : this.arguments.get(this.arguments.size() - 1);
	}

}
