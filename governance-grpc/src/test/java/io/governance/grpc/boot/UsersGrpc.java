package io.governance.grpc.boot;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.ClientCalls;

import io.governance.grpc.Echo;

/** What protoc would make of a service, as far as the documentation needs it. */
final class UsersGrpc {

	private UsersGrpc() {
	}

	static UsersBlockingStub newBlockingStub(Channel channel) {
		return new UsersBlockingStub(channel, CallOptions.DEFAULT);
	}

	static final class UsersBlockingStub extends AbstractBlockingStub<UsersBlockingStub> {

		private UsersBlockingStub(Channel channel, CallOptions options) {
			super(channel, options);
		}

		@Override
		protected UsersBlockingStub build(Channel channel, CallOptions options) {
			return new UsersBlockingStub(channel, options);
		}

		String getUser(String id) {
			return ClientCalls.blockingUnaryCall(getChannel(), Echo.SAY, getCallOptions(), id);
		}

	}

}
