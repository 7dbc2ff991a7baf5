package io.governance.samples.platform.users;

import java.util.List;
import java.util.Optional;

import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Keeps users.
 */
@Repository
class UserRepository {

	private final JdbcClient jdbc;

	UserRepository(JdbcClient jdbc) {
		this.jdbc = jdbc;
	}

	Optional<StoredUser> find(long id) {
		return this.jdbc.sql("select id, name, mail from users where id = ?")
			.param(id)
			.query(StoredUser.class)
			.optional();
	}

	List<StoredUser> findAfter(long id, int limit) {
		return this.jdbc.sql("select id, name, mail from users where id > ? order by id limit ?")
			.param(id)
			.param(limit)
			.query(StoredUser.class)
			.list();
	}

	/** Creates a user, unless this very request has done so already. */
	StoredUser create(String requestId, String name, String mail) {
		try {
			this.jdbc
				.sql("""
						merge into users u using (values (?, ?, ?)) as n (request_id, name, mail) on u.request_id = n.request_id
						when not matched then insert (request_id, name, mail) values (n.request_id, n.name, n.mail)""")
				.params(requestId, name, mail)
				.update();
		}
		catch (DuplicateKeyException ex) {
			// The same request, sent twice at once: the other one was faster.
		}
		return this.jdbc.sql("select id, name, mail from users where request_id = ?")
			.param(requestId)
			.query(StoredUser.class)
			.single();
	}

	record StoredUser(long id, String name, String mail) {
	}

}
