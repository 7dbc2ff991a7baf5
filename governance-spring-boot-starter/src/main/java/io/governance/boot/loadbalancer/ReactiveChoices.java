package io.governance.boot.loadbalancer;

import java.util.function.Function;

/**
 * Makes the reactive choice of a service, by the service's name.
 */
@FunctionalInterface
interface ReactiveChoices extends Function<String, ReactiveChoice> {

}
