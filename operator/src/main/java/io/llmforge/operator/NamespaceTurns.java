package io.llmforge.operator;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** One at a time in each namespace: who looks at the quota takes what it saw, or nobody does. */
final class NamespaceTurns {

  private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

  <T> T inTurn(String namespace, Supplier<T> work) {
    ReentrantLock lock = locks.computeIfAbsent(namespace, name -> new ReentrantLock());
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }
}
