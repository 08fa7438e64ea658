package io.llmforge.trainer.distributed;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Brings the processes of a group together: all connect to rank 0, which then tells each where its
 * neighbour in the ring listens.
 *
 * @param me which member this process is
 * @param key what members know
 * @param meeting where rank 0 is
 * @param doors how this process reaches others, and they it
 * @param times how long it waits
 */
public record Rendezvous(
    Membership me, GroupKey key, Membership.Meeting meeting, Doors doors, GroupTimes times) {

  /** What a rendezvous itself says to all: where everybody listens. */
  static final int COLLECTIVES = 1;

  /**
   * The group, once all are there; nothing when this process was asked to stop before.
   *
   * @throws CommunicationException when ranks do not come in time, or do not belong together
   */
  public Optional<TrainingGroup> meet() {
    if (me.size() == 1) {
      return Optional.of(new GroupOfOne());
    }
    GroupFate fate = new GroupFate();
    Heart heart = new Heart(times);
    List<ControlLink> links = new ArrayList<>();
    try {
      return Optional.of(join(fate, heart, links));
    } catch (Doors.StoppedException e) {
      leave("rank %d was told to stop".formatted(me.rank()), fate, heart, links);
      return Optional.empty();
    } catch (CommunicationException e) {
      leave(String.valueOf(e.getMessage()), fate, heart, links);
      throw e;
    } catch (IOException e) {
      String reason = "rank %d cannot join: %s".formatted(me.rank(), e.getMessage());
      leave(reason, fate, heart, links);
      throw new CommunicationException(reason, e);
    }
  }

  private static void leave(String reason, GroupFate fate, Heart heart, List<ControlLink> links) {
    heart.close();
    fate.lost(reason + ", before the group was complete");
    links.forEach(ControlLink::close);
  }

  private TrainingGroup join(GroupFate fate, Heart heart, List<ControlLink> links)
      throws IOException {
    long deadline = Doors.deadline(times.rendezvous());
    try (ServerSocket ringDoor = doors.listen(0)) {
      var greeting = new Greeting(key, me, Greeting.Purpose.CONTROL, doors.place(ringDoor));
      Map<Integer, Membership.Meeting> known = new TreeMap<>();
      known.put(0, doors.place(ringDoor));
      if (me.rank() == 0) {
        gather(
            greeting,
            fate,
            deadline,
            opened -> {
              links.add(link(opened, fate, heart));
              known.put(opened.rank(), opened.listening());
            });
      } else {
        links.add(link(doors.connect(meeting, greeting, fate, deadline), fate, heart));
      }
      links.sort(Comparator.comparingInt(ControlLink::peer));
      Star star = new Star(me.rank(), links, fate, times);
      List<Membership.Meeting> table = table(star, known);
      return new TcpGroup(me, star, ring(table, ringDoor, fate, deadline), heart);
    }
  }

  /** Rank 0 waits for all others. */
  private void gather(
      Greeting greeting, GroupFate fate, long deadline, Consumer<Doors.Opened> arrived)
      throws IOException {
    Set<Integer> missing = new TreeSet<>();
    IntStream.range(1, me.size()).forEach(missing::add);
    try (ServerSocket door = doors.listen(meeting.port())) {
      while (!missing.isEmpty()) {
        Optional<Doors.Opened> opened = doors.accept(door, greeting, fate, deadline);
        if (opened.isEmpty()) {
          throw new CommunicationException(
              "rank(s) %s of %d did not come within %d s; look at the pods of those ranks"
                  .formatted(missing, me.size(), times.rendezvous().toSeconds()));
        }
        if (!missing.remove(opened.get().rank())) {
          opened.get().close();
          throw new CommunicationException(
              "a second process says that it is rank " + opened.get().rank());
        }
        arrived.accept(opened.get());
      }
    }
  }

  private ControlLink link(Doors.Opened opened, GroupFate fate, Heart heart) {
    try {
      var link = new ControlLink(opened.socket(), opened.rank(), fate, times);
      heart.add(link);
      return link;
    } catch (IOException e) {
      throw new CommunicationException(
          "rank %d is lost: %s".formatted(opened.rank(), e.getMessage()), e);
    }
  }

  /** Where every rank listens for its neighbour; rank 0 knows, the others are told. */
  private List<Membership.Meeting> table(Star star, Map<Integer, Membership.Meeting> known) {
    String text =
        known.values().stream()
            .map(place -> place.host() + " " + place.port())
            .collect(Collectors.joining("\n"));
    byte[] mine = me.rank() == 0 ? text.getBytes(StandardCharsets.UTF_8) : new byte[0];
    byte[] told = star.call(new Call(Call.Operation.EXCHANGE, 0, 0, mine)).getFirst();
    return new String(told, StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.split(" "))
        .map(words -> new Membership.Meeting(words[0], Integer.parseInt(words[1])))
        .toList();
  }

  /** Calls the next rank while the previous one calls us. */
  private Ring ring(
      List<Membership.Meeting> table, ServerSocket door, GroupFate fate, long deadline)
      throws IOException {
    var greeting = new Greeting(key, me, Greeting.Purpose.RING, doors.place(door));
    var called =
        CompletableFuture.supplyAsync(
            () -> accepted(door, greeting, fate, deadline),
            task -> Thread.ofPlatform().daemon().name("ring-door").start(task));
    Membership.Meeting neighbour = table.get((me.rank() + 1) % me.size());
    Doors.Opened next = doors.connect(neighbour, greeting, fate, deadline);
    Doors.Opened previous = result(called);
    return new Ring(me, next.socket(), previous.socket(), fate, times);
  }

  private static Doors.Opened result(CompletableFuture<Doors.Opened> called) {
    try {
      return called.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  private Doors.Opened accepted(
      ServerSocket door, Greeting greeting, GroupFate fate, long deadline) {
    int previous = Math.floorMod(me.rank() - 1, me.size());
    try {
      return doors
          .accept(door, greeting, fate, deadline)
          .filter(opened -> opened.rank() == previous)
          .orElseThrow(
              () ->
                  new CommunicationException(
                      "rank %d did not call its neighbour in the ring, rank %d"
                          .formatted(previous, me.rank())));
    } catch (IOException e) {
      throw new CommunicationException(
          "rank %d cannot listen for its neighbour: %s".formatted(me.rank(), e.getMessage()), e);
    }
  }
}
