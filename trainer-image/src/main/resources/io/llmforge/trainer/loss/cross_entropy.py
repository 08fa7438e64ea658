# Cross entropy of an output head, made in chunks of rows so that all logits never exist at once.
#
#   R rows (targets)   C hidden size   V vocabulary   z logits   w, g weights and gradient sums
#   s LoRA scale, [1], "lora_scale" among the weights      p LoRA dropout probability   k row weights
#
#   c cap of the logits, [1], "soft_cap" among the weights where there is one
#
#   token_adapter.token_indices [n] among the weights: rows of a frozen W that are trained, with
#   gradient sums [n, C] under token_adapter.trainable_tokens_delta
#
#   z = h W^T + s (drop(h) A^T) B^T, capped c tanh(z / c);   nll = logsumexp(z) - z[target]
#   dz = (softmax(z) - onehot(target)) * weight, while the chunk's logits are at hand
#
# h and the weights may be bfloat16; logits, all that is made of them, and sums are float32.
class CrossEntropy(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Drawn for all rows at once: the masks do not depend on the size of a chunk.
  def dropped(self: __torch__.CrossEntropy, h: Tensor, p: float, seed: int) -> Tensor:
    torch.manual_seed(seed)
    mask = torch.bernoulli_(torch.empty_like(h, dtype=6), 1.0 - p)
    return torch.div_(mask, 1.0 - p)

  def masked(self: __torch__.CrossEntropy, h: Tensor, mask: Tensor) -> Tensor:
    return torch.to(torch.mul(h, mask), h.dtype)

  # Adds the matrix product a b to g.
  def add_product(self: __torch__.CrossEntropy, g: Tensor, a: Tensor, b: Tensor) -> None:
    if a.dtype == 6:
      _ = torch.addmm_(g, a, b)
    else:
      _ = torch.add_(g, torch.mm(a, b))
    return None

  def head(self: __torch__.CrossEntropy, h: Tensor, hd: Tensor, w: Dict[str, Tensor]) -> Tensor:
    z = __torch__.product.forward(h, w["weight"])
    if torch.__contains__(w, "lora_A.weight"):
      u = torch.mul_(torch.linear(hd, w["lora_A.weight"]), w["lora_scale"])
      _ = torch.addmm_(z, u, torch.t(w["lora_B.weight"]))
    z = torch.to(z, 6)
    if torch.__contains__(w, "soft_cap"):
      _ = torch.mul_(torch.tanh_(torch.div_(z, w["soft_cap"])), w["soft_cap"])
    return z

  # [R, V], for inspection.
  def logits(self: __torch__.CrossEntropy, h: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
    return [self.head(h, h, w)]

  # What a chunk of rows gives, using up its logits z: adds to g, overwrites dh [R, C], and gives the
  # log-probability of each target [R, 1]. Row weights k [R, 1] are applied to what is as wide as h,
  # never to what is as wide as z; hd is h with the mask on it, or h itself when nothing is dropped.
  def chunk_gradient(self: __torch__.CrossEntropy, z: Tensor, target: Tensor, k: Tensor, h: Tensor, hd: Tensor, mask: Tensor, dh: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], p: float) -> Tensor:
    dz = torch.log_softmax(z, -1)
    logp = torch.gather(dz, 1, target)
    _ = torch.scatter_add_(torch.exp_(dz), 1, target, torch.full_like(target, -1, dtype=6))
    if torch.__contains__(w, "soft_cap"):
      t = torch.div_(z, w["soft_cap"])
      _ = torch.mul_(dz, torch.rsub(torch.mul_(t, t), 1.0))
    d = torch.to(dz, h.dtype)
    _ = torch.copy_(dh, torch.mul_(__torch__.product.backward(d, w["weight"]), k))
    if torch.__contains__(g, "weight"):
      self.add_product(g["weight"], torch.t(d), self.masked(h, k))
    if torch.__contains__(g, "token_adapter.trainable_tokens_delta"):
      chosen = torch.index_select(dz, 1, w["token_adapter.token_indices"])
      _ = torch.addmm_(g["token_adapter.trainable_tokens_delta"], torch.t(chosen), torch.mul(h, k))
    if torch.__contains__(w, "lora_A.weight"):
      a = w["lora_A.weight"]
      s = torch.mul(k, w["lora_scale"])
      v = torch.mul_(torch.mm(d, w["lora_B.weight"]), s)
      self.add_product(g["lora_B.weight"], torch.t(d), torch.mul_(torch.linear(hd, a), s))
      self.add_product(g["lora_A.weight"], torch.t(v), hd)
      if p > 0.0:
        _ = torch.addcmul_(dh, torch.mm(v, a), mask)
      else:
        _ = torch.addmm_(dh, v, a)
    return logp

  # h [R, C], targets [R]. Gives the sum of nll (float64) and dh [R, C]; adds to g.
  def gradient(self: __torch__.CrossEntropy, h: Tensor, targets: Tensor, weight: float, rows: int, w: Dict[str, Tensor], g: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    weights = torch.full([torch.size(h, 0)], weight, dtype=6, device=h.device)
    logp, dh = self.weighted_gradient(h, targets, weights, annotate(List[Tensor], []), rows, w, g, p, seed)
    return [torch.neg(torch.sum(logp, dtype=7)), dh]

  # The same with a weight for each row [R]: dz = (softmax(z) - onehot(target)) * weight. Logits that
  # `likelihoods` kept, if any, are used instead of being made again. Gives the log-probability of
  # each target [R] and dh [R, C]; adds to g.
  def weighted_gradient(self: __torch__.CrossEntropy, h: Tensor, targets: Tensor, weights: Tensor, kept: List[Tensor], rows: int, w: Dict[str, Tensor], g: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    dropping = torch.__contains__(w, "lora_A.weight") and p > 0.0
    mask = h
    if dropping:
      mask = self.dropped(h, p, seed)
    logp = torch.empty_like(weights)
    dh = torch.empty_like(h)
    first = 0
    while first < torch.size(h, 0):
      count = torch.size(h, 0) - first
      if count > rows:
        count = rows
      hc = torch.narrow(h, 0, first, count)
      hd = hc
      maskc = torch.narrow(mask, 0, first, count)
      if dropping:
        hd = self.masked(hc, maskc)
      if torch.len(kept) > 0:
        z = kept[0]
      else:
        z = self.head(hc, hd, w)
      target = torch.unsqueeze(torch.narrow(targets, 0, first, count), 1)
      k = torch.unsqueeze(torch.narrow(weights, 0, first, count), 1)
      dhc = torch.narrow(dh, 0, first, count)
      logpc = self.chunk_gradient(z, target, k, hc, hd, maskc, dhc, w, g, p)
      _ = torch.copy_(torch.narrow(logp, 0, first, count), torch.squeeze(logpc, 1))
      first = first + count
    return [logp, dh]

  # What each target is to the model: its log-probability, 1 when it is the most likely token, the
  # entropy over all tokens in nats, the mean of all logits: [4, R]. With `keep`, and only when all
  # rows are one chunk, their logits [R, V] behind it.
  def likelihoods(self: __torch__.CrossEntropy, h: Tensor, targets: Tensor, rows: int, keep: bool, w: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    dropping = torch.__contains__(w, "lora_A.weight") and p > 0.0
    mask = h
    if dropping:
      mask = self.dropped(h, p, seed)
    likelihoods = torch.empty([4, torch.size(h, 0)], dtype=6, device=h.device)
    results = [likelihoods]
    first = 0
    while first < torch.size(h, 0):
      count = torch.size(h, 0) - first
      if count > rows:
        count = rows
      hc = torch.narrow(h, 0, first, count)
      hd = hc
      if dropping:
        hd = self.masked(hc, torch.narrow(mask, 0, first, count))
      target = torch.narrow(targets, 0, first, count)
      z = self.head(hc, hd, w)
      chunk = torch.narrow(likelihoods, 1, first, count)
      _ = torch.copy_(torch.select(chunk, 0, 1), torch.eq(torch.argmax(z, -1), target))
      _ = torch.copy_(torch.select(chunk, 0, 3), torch.mean(z, [-1]))
      logp = torch.log_softmax(z, -1)
      _ = torch.copy_(torch.select(chunk, 0, 0), torch.squeeze(torch.gather(logp, 1, torch.unsqueeze(target, 1)), 1))
      _ = torch.copy_(torch.select(chunk, 0, 2), torch.neg(torch.sum(torch.mul_(torch.exp(logp), logp), [-1])))
      if keep:
        results.append(z)
      first = first + count
    return results

  # Gives the sum of nll (float64) and the count of rows whose largest logit is the target's.
  def evaluation(self: __torch__.CrossEntropy, h: Tensor, targets: Tensor, rows: int, w: Dict[str, Tensor]) -> List[Tensor]:
    total = torch.zeros([], dtype=7, device=h.device)
    correct = torch.zeros([], dtype=4, device=h.device)
    first = 0
    while first < torch.size(h, 0):
      count = torch.size(h, 0) - first
      if count > rows:
        count = rows
      hc = torch.narrow(h, 0, first, count)
      target = torch.narrow(targets, 0, first, count)
      z = self.head(hc, hc, w)
      _ = torch.add_(correct, torch.sum(torch.eq(torch.argmax(z, -1), target)))
      logp = torch.log_softmax(z, -1)
      _ = torch.sub_(total, torch.sum(torch.gather(logp, 1, torch.unsqueeze(target, 1)), dtype=7))
      first = first + count
    return [total, correct]

  # Logits of some tokens [K] and, in the last column, log sum exp of all logits: [R, K + 1].
  def scores(self: __torch__.CrossEntropy, h: Tensor, tokens: Tensor, rows: int, w: Dict[str, Tensor]) -> List[Tensor]:
    scores = torch.empty([torch.size(h, 0), torch.size(tokens, 0) + 1], dtype=6, device=h.device)
    first = 0
    while first < torch.size(h, 0):
      count = torch.size(h, 0) - first
      if count > rows:
        count = rows
      hc = torch.narrow(h, 0, first, count)
      z = self.head(hc, hc, w)
      chunk = torch.narrow(scores, 0, first, count)
      _ = torch.copy_(torch.narrow(chunk, 1, 0, torch.size(tokens, 0)), torch.index_select(z, 1, tokens))
      _ = torch.copy_(torch.narrow(chunk, 1, torch.size(tokens, 0), 1), torch.logsumexp(z, [1], True))
      first = first + count
    return [scores]
