package io.governance.registry;

/**
 * An own instance and whether the server holds it, as far as is known.
 *
 * @param instance the instance as it should be
 * @param registered whether the server was last seen holding it
 * @param failure why the server could not be asked or refused the last time; empty if it
 * did not
 * @param backend the name of the backend whose server it is; empty if it has none
 */
public record RegistrationState(Instance instance, boolean registered, String failure, String backend) {

}
