package io.governance.samples.quickstart.orders;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * An instance of {@code orders}.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class OrdersApplication {

}
