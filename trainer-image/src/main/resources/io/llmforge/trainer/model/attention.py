# Causal attention of a packed row: inside a segment (document), never across.
#
#   q, o [T, N, D]   k, v [T, K, D]   N query heads, K key/value heads, G = N / K   D head size
#   lse, logs of the softmax denominators, of use to libtorch's kernels alone
#   L tokens of a segment   boundaries [segments + 1], int32: where each segment begins, and T
#   c cap of the scores, 0 when there is none   W window, 0 when a token sees all before it
#
#   o = softmax(c tanh(scale q k^T / c)) v, where a token sees the W tokens that end with itself
#
# Query heads are laid beside the key/value head that they share, which is never repeated. q, k, v
# and their gradients may be bfloat16; scores, probabilities and sums over blocks are float32.
#
# `fused` asks for libtorch's kernels wherever they do what is needed: packed_attention.py takes the
# whole row at once, fused_attention.py a segment that is_plain.

def forward(q: Tensor, k: Tensor, v: Tensor, segments: List[int], boundaries: Tensor, window: int, scale: float, cap: float, fused: bool) -> Tuple[Tensor, Tensor]:
  if fused and __torch__.packed_attention.serves(q, segments, cap):
    return __torch__.packed_attention.forward(q, k, v, segments, boundaries, window, scale)
  else:
    return __torch__.attention.forward_by_segment(q, k, v, segments, window, scale, cap, fused)

# The gradients of q, k and v.
def backward(do: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor, segments: List[int], boundaries: Tensor, window: int, scale: float, cap: float, fused: bool) -> Tuple[Tensor, Tensor, Tensor]:
  if fused and __torch__.packed_attention.serves(q, segments, cap):
    return __torch__.packed_attention.backward(do, q, k, v, o, lse, segments, boundaries, window, scale)
  else:
    return __torch__.attention.backward_by_segment(do, q, k, v, o, lse, segments, window, scale, cap, fused)

# lse [K, G, T]
def forward_by_segment(q: Tensor, k: Tensor, v: Tensor, segments: List[int], window: int, scale: float, cap: float, fused: bool) -> Tuple[Tensor, Tensor]:
  fusing = fused and __torch__.fused_attention.serves(q)
  heads = torch.size(k, 1)
  o = torch.empty(torch.size(q), dtype=q.dtype, device=q.device)
  lse = torch.zeros([heads, torch.floordiv(torch.size(q, 1), heads), torch.size(q, 0)], dtype=6, device=q.device)
  first = 0
  for length in segments:
    qs = __torch__.attention.grouped(q, first, length, heads)
    ks = __torch__.attention.grouped(k, first, length, heads)
    vs = __torch__.attention.grouped(v, first, length, heads)
    os = __torch__.attention.grouped(o, first, length, heads)
    denominators = torch.narrow(lse, 2, first, length)
    if fusing and __torch__.attention.is_plain(length, window, cap):
      attended, logs = __torch__.fused_attention.forward(qs, torch.expand_as(ks, qs), torch.expand_as(vs, qs), scale)
      _ = torch.copy_(os, attended)
      _ = torch.copy_(denominators, logs)
    else:
      __torch__.attention.forward_in_blocks(qs, ks, vs, os, window, scale, cap)
    first = first + length
  return (o, lse)

def backward_by_segment(do: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor, segments: List[int], window: int, scale: float, cap: float, fused: bool) -> Tuple[Tensor, Tensor, Tensor]:
  fusing = fused and __torch__.fused_attention.serves(q)
  heads = torch.size(k, 1)
  dq = torch.empty(torch.size(q), dtype=q.dtype, device=q.device)
  dk = torch.empty(torch.size(k), dtype=6, device=q.device)
  dv = torch.empty(torch.size(k), dtype=6, device=q.device)
  first = 0
  for length in segments:
    dos = __torch__.attention.grouped(do, first, length, heads)
    qs = __torch__.attention.grouped(q, first, length, heads)
    ks = __torch__.attention.grouped(k, first, length, heads)
    vs = __torch__.attention.grouped(v, first, length, heads)
    os = __torch__.attention.grouped(o, first, length, heads)
    dqs = __torch__.attention.grouped(dq, first, length, heads)
    dks = __torch__.attention.grouped(dk, first, length, heads)
    dvs = __torch__.attention.grouped(dv, first, length, heads)
    denominators = torch.contiguous(torch.narrow(lse, 2, first, length))
    if fusing and __torch__.attention.is_plain(length, window, cap):
      dqn, dkn, dvn = __torch__.fused_attention.backward(dos, qs, torch.expand_as(ks, qs), torch.expand_as(vs, qs), os, denominators, scale)
      _ = torch.copy_(dqs, dqn)
      _ = torch.copy_(dks, torch.sum(dkn, [1], True, dtype=6))
      _ = torch.copy_(dvs, torch.sum(dvn, [1], True, dtype=6))
    else:
      __torch__.attention.backward_in_blocks(dos, qs, ks, vs, dqs, dks, dvs, window, scale, cap)
    first = first + length
  return (dq, torch.to(dk, q.dtype), torch.to(dv, q.dtype))

# Tokens from `first` on, as a view [K, heads / K, L, D].
def grouped(x: Tensor, first: int, length: int, heads: int) -> Tensor:
  part = torch.view(torch.narrow(x, 0, first, length), [length, heads, -1, torch.size(x, 2)])
  return torch.permute(part, [1, 2, 0, 3])

# Whether every token sees all before it, and scores have no cap.
def is_plain(length: int, window: int, cap: float) -> bool:
  return cap == 0.0 and (window == 0 or length <= window)

# --- in blocks of r queries, each against the S keys that one of them sees, so that few scores
# --- exist at once; q, o [K, G, L, D]   k, v [K, 1, L, D]

def forward_in_blocks(q: Tensor, k: Tensor, v: Tensor, o: Tensor, window: int, scale: float, cap: float) -> None:
  row = 0
  while row < torch.size(q, 2):
    rows = __torch__.attention.block_rows(q, row, window)
    key = __torch__.attention.first_key(row, window)
    z = __torch__.attention.scores(__torch__.attention.block(q, row, rows), __torch__.attention.seen(k, row, rows, key), scale, cap)
    p = __torch__.attention.probabilities(__torch__.attention.capped(z, cap), q, row, rows, key, window)
    attended = torch.bmm(torch.to(p, v.dtype), __torch__.attention.seen(v, row, rows, key))
    _ = torch.copy_(torch.narrow(o, 2, row, rows), __torch__.attention.ungrouped(attended, q, rows))
    row = row + rows
  return None

# Overwrites dq, dk and dv. Scores and probabilities are made again.
def backward_in_blocks(do: Tensor, q: Tensor, k: Tensor, v: Tensor, dq: Tensor, dk: Tensor, dv: Tensor, window: int, scale: float, cap: float) -> None:
  _ = torch.zero_(dk)
  _ = torch.zero_(dv)
  row = 0
  while row < torch.size(q, 2):
    rows = __torch__.attention.block_rows(q, row, window)
    key = __torch__.attention.first_key(row, window)
    qb = __torch__.attention.block(q, row, rows)
    dob = __torch__.attention.block(do, row, rows)
    kb = __torch__.attention.seen(k, row, rows, key)
    z = __torch__.attention.scores(qb, kb, scale, cap)
    p = __torch__.attention.probabilities(__torch__.attention.capped(z, cap), q, row, rows, key, window)
    dp = torch.to(torch.bmm(dob, torch.transpose(__torch__.attention.seen(v, row, rows, key), 1, 2)), 6)
    dz = torch._softmax_backward_data(dp, p, -1, 6)
    if cap > 0.0:
      dz = torch.tanh_backward(dz, z)
    dz = torch.to(dz, q.dtype)
    p = torch.to(p, q.dtype)
    dqb = torch.mul_(torch.bmm(dz, kb), scale)
    dkb = torch.mul_(torch.bmm(torch.transpose(dz, 1, 2), qb), scale)
    _ = torch.copy_(torch.narrow(dq, 2, row, rows), __torch__.attention.ungrouped(dqb, q, rows))
    _ = torch.add_(__torch__.attention.seen(dk, row, rows, key), dkb)
    _ = torch.add_(__torch__.attention.seen(dv, row, rows, key), torch.bmm(torch.transpose(p, 1, 2), dob))
    row = row + rows
  return None

# As many as give eight million scores, 32 MiB, between 16 and 256; not more than half a window,
# since each is computed against all keys that any of them sees.
def block_rows(q: Tensor, row: int, window: int) -> int:
  width = torch.size(q, 2)
  most = 256
  if window > 0 and window < width:
    width = window
    if window < 512:
      most = torch.floordiv(window, 2)
  rows = torch.floordiv(8388608, width * torch.size(q, 0) * torch.size(q, 1))
  if rows > most:
    rows = most
  if rows < 16:
    rows = 16
  if rows > torch.size(q, 2) - row:
    rows = torch.size(q, 2) - row
  return rows

# The first key that token `row` sees.
def first_key(row: int, window: int) -> int:
  if window == 0 or row < window:
    return 0
  else:
    return row - window + 1

# Keys or values that tokens from `row` on see, as a view [K, S, D].
def seen(x: Tensor, row: int, rows: int, key: int) -> Tensor:
  return torch.narrow(torch.squeeze(x, 1), 1, key, row + rows - key)

# Tokens from `row` on, [K, G r, D].
def block(x: Tensor, row: int, rows: int) -> Tensor:
  return torch.flatten(torch.narrow(x, 2, row, rows), 1, 2)

# The way back of `block`, as a view [K, G, r, ...].
def ungrouped(x: Tensor, q: Tensor, rows: int) -> Tensor:
  return torch.view(x, [torch.size(q, 0), torch.size(q, 1), rows, torch.size(x, -1)])

# scale q k^T, with a cap tanh(scale q k^T / c); [K, G r, S], also of keys that are not to be seen.
def scores(q: Tensor, k: Tensor, scale: float, cap: float) -> Tensor:
  if cap > 0.0:
    return torch.tanh_(torch.to(torch.bmm(torch.mul(q, scale / cap), torch.transpose(k, 1, 2)), 6))
  else:
    return torch.to(torch.bmm(torch.mul(q, scale), torch.transpose(k, 1, 2)), 6)

# What the softmax is taken of.
def capped(z: Tensor, cap: float) -> Tensor:
  if cap > 0.0:
    return torch.mul(z, cap)
  else:
    return z

# Overwrites z.
def probabilities(z: Tensor, q: Tensor, row: int, rows: int, key: int, window: int) -> Tensor:
  tokens = torch.unsqueeze(torch.arange(row, row + rows, device=q.device), 1)
  keys = torch.arange(key, row + rows, device=q.device)
  hidden = torch.gt(keys, tokens)
  if window > 0:
    hidden = torch.logical_or(hidden, torch.le(keys, torch.sub(tokens, window)))
  _ = torch.masked_fill_(__torch__.attention.ungrouped(z, q, rows), hidden, -float("inf"))
  return torch.softmax(z, -1)
