package io.governance.gray;

/**
 * Tells at once which of several rules a request may match, where each of them requires
 * something of the same kind: the others need not be asked. Thread-safe.
 */
interface RuleLookUp {

	/**
	 * The rules that remain to be asked about a request. Allocates nothing, but where a
	 * moment changes what remains.
	 * @param context what is known of the request
	 * @return these rules; also those that are not looked up here
	 */
	RuleSet remaining(GrayContext context);

}
