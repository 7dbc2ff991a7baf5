package io.governance.boot.call;

/** Spring Cloud Gateway on servlets. */
class ServletGatewayTests extends AbstractGatewayTests {

	ServletGatewayTests() {
		super("webmvc", ".name=Retry", ".args.retries=3",
				".args.exceptions=org.springframework.web.client.ResourceAccessException");
	}

}
