package io.governance.boot.refresh;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The bean in refresh scope holds something that only one can hold, such as a port or a
 * lock on a file: the old object is destroyed before the new one is made. Calls wait in
 * between. If the new one cannot be made, the change is rejected and one is made of the
 * config of before.
 */
@Target({ ElementType.TYPE, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface ExclusiveResource {

}
