package io.governance.samples.platform.orders;

import java.util.Optional;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Keeps orders.
 */
@Repository
class OrderRepository {

	private final JdbcClient jdbc;

	OrderRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	Optional<StoredOrder> find(long id) {
		return this.jdbc.sql("select id, user_id, item from orders where id = ?")
			.param(id)
			.query(StoredOrder.class)
			.optional();
	}

	/** Creates an order, unless this very request has done so already. */
	StoredOrder create(String requestId, long userId, String item) {
		try {
			this.jdbc
				.sql("""
						merge into orders o using (values (?, ?, ?)) as n (request_id, user_id, item)
						on o.request_id = n.request_id
						when not matched then insert (request_id, user_id, item) values (n.request_id, n.user_id, n.item)""")
				.params(requestId, userId, item)
				.update();
		}
		catch (DuplicateKeyException ex) {
			// The same request, sent twice at once: the other one was faster.
		}
		return this.jdbc.sql("select id, user_id, item from orders where request_id = ?")
			.param(requestId)
			.query(StoredOrder.class)
			.single();
	}

	record StoredOrder(long id, long userId, String item) {
	}

}
