package io.governance.samples.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves orders, and what the pool looks like.
 */
@RestController
class OrdersController {

	private final JdbcClient jdbc;

	private final HikariDataSource dataSource;

	OrdersController(JdbcClient jdbc, HikariDataSource dataSource) {
		this.jdbc = jdbc;
		this.dataSource = dataSource;
	}

	@GetMapping("/orders/{id}")
	Order order(@PathVariable long id) {
		return this.jdbc.sql("select id, item, pause(50) from orders where id = ?")
			.param(id)
			.query((row, number) -> new Order(row.getLong(1), row.getString(2)))
			.single();
	}

	@GetMapping("/pool")
	Pool pool() {
		HikariPoolMXBean pool = this.dataSource.getHikariPoolMXBean();
		return new Pool(this.dataSource.getMaximumPoolSize(), pool.getTotalConnections(), pool.getActiveConnections(),
				pool.getThreadsAwaitingConnection());
	}

	/**
	 * An order.
	 *
	 * @param id its number
	 * @param item what was ordered
	 */
	record Order(long id, String item) {
	}

	/**
	 * The pool at one moment.
	 *
	 * @param maximum how many connections it may have
	 * @param total how many it has
	 * @param active how many of them are in use
	 * @param waiting how many requests wait for one
	 */
	record Pool(int maximum, int total, int active, int waiting) {
	}

}
