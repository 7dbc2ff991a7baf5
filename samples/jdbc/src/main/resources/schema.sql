create table if not exists orders (id bigint primary key, item varchar(100) not null);
merge into orders (id, item) values (42, 'a towel');
create alias if not exists pause for "java.lang.Thread.sleep(long)";
