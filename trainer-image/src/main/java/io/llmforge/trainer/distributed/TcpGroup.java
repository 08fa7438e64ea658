package io.llmforge.trainer.distributed;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** A group of processes that talk over TCP. {@link Rendezvous} makes one. */
final class TcpGroup implements TrainingGroup {

  private static final byte[] NOTHING = {};

  private final Membership me;
  private final Star star;
  private final Ring ring;
  private final Heart heart;
  private long sequence = Rendezvous.COLLECTIVES;

  /** A group that is complete. */
  TcpGroup(Membership me, Star star, Ring ring, Heart heart) {
    this.me = me;
    this.star = star;
    this.ring = ring;
    this.heart = heart;
  }

  @Override
  public int rank() {
    return me.rank();
  }

  @Override
  public int size() {
    return me.size();
  }

  @Override
  public void sum(ByteBuffer elements) {
    if (elements.order() != ByteOrder.LITTLE_ENDIAN || elements.limit() % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          "sums are of little-endian float32, this is %s of %d bytes"
              .formatted(elements.order(), elements.limit()));
    }
    star.call(new Call(Call.Operation.SUM, sequence++, elements.limit(), NOTHING));
    ring.sum(elements);
  }

  @Override
  public List<byte[]> exchange(byte[] mine) {
    return star.call(new Call(Call.Operation.EXCHANGE, sequence++, 0, mine));
  }

  @Override
  public void abandon(String reason) {
    star.fate().lost("rank %d gave up: %s".formatted(me.rank(), reason));
  }

  @Override
  public void close() {
    heart.close();
    star.close();
    ring.close();
  }
}
