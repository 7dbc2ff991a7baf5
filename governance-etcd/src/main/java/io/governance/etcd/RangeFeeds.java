package io.governance.etcd;

import java.util.HashMap;
import java.util.Map;

import io.governance.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * The feeds of one kind, as few as will do: whoever watches the same range shares one,
 * and past {@link #MAX_OWN} ranges the rest shares one that spans them all.
 *
 * @param <V> the type of the values
 */
final class RangeFeeds<V> {

	/** How many ranges have a watch of their own. */
	static final int MAX_OWN = 64;

	private final WatchLoop loop;

	private final boolean selective;

	private final Decoder<V> decoder;

	private final @Nullable KeyRange whole;

	/** Used by the loop's thread only. */
	private final Map<KeyRange, RangeFeed<V>> feeds = new HashMap<>();

	/**
	 * Creates feeds.
	 * @param loop where they live
	 * @param selective whether only wanted keys are read, not whole ranges
	 * @param decoder reads their values
	 * @param whole the range that spans all others, if there may be too many of them
	 */
	RangeFeeds(WatchLoop loop, boolean selective, Decoder<V> decoder, @Nullable KeyRange whole) {
		this.loop = loop;
		this.selective = selective;
		this.decoder = decoder;
		this.whole = whole;
	}

	/**
	 * Begins to tell. Returns at once. May be called from any thread.
	 * @param subscriber who wants to know
	 * @return ends it, without waiting
	 */
	Subscription watch(Subscriber<V> subscriber) {
		this.loop.execute(() -> begin(subscriber));
		return () -> this.loop.execute(() -> end(subscriber));
	}

	private void begin(Subscriber<V> subscriber) {
		KeyRange own = subscriber.interest().range();
		KeyRange range = (this.feeds.containsKey(own) || this.whole == null || this.feeds.size() < MAX_OWN) ? own
				: this.whole;
		RangeFeed<V> feed = this.feeds.get(range);
		if (feed == null) {
			feed = new RangeFeed<>(this.loop, range, this.selective, this.decoder);
			this.feeds.put(range, feed);
			this.loop.add(feed);
		}
		feed.add(subscriber);
	}

	private void end(Subscriber<V> subscriber) {
		this.feeds.values().removeIf((feed) -> {
			if (feed.remove(subscriber)) {
				feed.end();
				return true;
			}
			return false;
		});
	}

}
