# Cross entropy of an output head, made in chunks of rows so that all logits never exist at once.
#
#   R rows (targets)   C hidden size   V vocabulary   z logits   w, g weights and gradient sums
#   s LoRA scale, [1], "lora_scale" among the weights      p LoRA dropout probability
#
#   c cap of the logits, [1], "soft_cap" among the weights where there is one
#
#   token_adapter.token_indices [n] among the weights: rows of a frozen W that are trained, with
#   gradient sums [n, C] under token_adapter.trainable_tokens_delta
#
#   z = h W^T + s (drop(h) A^T) B^T, capped c tanh(z / c);   nll = logsumexp(z) - z[target]
#   dz = (softmax(z) - onehot(target)) * weight, while the chunk's logits are at hand
class CrossEntropy(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Drawn for all rows at once: the masks do not depend on the size of a chunk.
  def dropped(self: __torch__.CrossEntropy, h: Tensor, p: float, seed: int) -> Tensor:
    torch.manual_seed(seed)
    mask = torch.bernoulli_(torch.empty_like(h), 1.0 - p)
    return torch.div_(mask, 1.0 - p)

  def head(self: __torch__.CrossEntropy, h: Tensor, hd: Tensor, w: Dict[str, Tensor]) -> Tensor:
    z = torch.linear(h, w["weight"])
    if torch.__contains__(w, "lora_A.weight"):
      u = torch.mul_(torch.linear(hd, w["lora_A.weight"]), w["lora_scale"])
      _ = torch.addmm_(z, u, torch.t(w["lora_B.weight"]))
    if torch.__contains__(w, "soft_cap"):
      _ = torch.mul_(torch.tanh_(torch.div_(z, w["soft_cap"])), w["soft_cap"])
    return z

  # [R, V], for inspection.
  def logits(self: __torch__.CrossEntropy, h: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
    return [self.head(h, h, w)]

  # h [R, C], targets [R]. Gives the sum of nll (float64) and dh [R, C]; adds to g.
  def gradient(self: __torch__.CrossEntropy, h: Tensor, targets: Tensor, weight: float, rows: int, w: Dict[str, Tensor], g: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    adapted = torch.__contains__(w, "lora_A.weight")
    mask = h
    if adapted and p > 0.0:
      mask = self.dropped(h, p, seed)
    total = torch.zeros([], dtype=7, device=h.device)
    dh = torch.empty_like(h)
    first = 0
    while first < torch.size(h, 0):
      count = torch.size(h, 0) - first
      if count > rows:
        count = rows
      hc = torch.narrow(h, 0, first, count)
      hd = hc
      if adapted and p > 0.0:
        hd = torch.mul(hc, torch.narrow(mask, 0, first, count))
      target = torch.unsqueeze(torch.narrow(targets, 0, first, count), 1)
      z = self.head(hc, hd, w)
      dz = torch.log_softmax(z, -1)
      _ = torch.sub_(total, torch.sum(torch.gather(dz, 1, target), dtype=7))
      _ = torch.scatter_add_(torch.exp_(dz), 1, target, torch.full_like(target, -1, dtype=6))
      if torch.__contains__(w, "soft_cap"):
        t = torch.div_(z, w["soft_cap"])
        _ = torch.mul_(dz, torch.rsub(torch.mul_(t, t), 1.0))
      dhc = torch.narrow(dh, 0, first, count)
      _ = torch.addmm_(dhc, dz, w["weight"], beta=0, alpha=weight)
      if torch.__contains__(g, "weight"):
        _ = torch.addmm_(g["weight"], torch.t(dz), hc, beta=1, alpha=weight)
      if torch.__contains__(g, "token_adapter.trainable_tokens_delta"):
        chosen = torch.index_select(dz, 1, w["token_adapter.token_indices"])
        _ = torch.addmm_(g["token_adapter.trainable_tokens_delta"], torch.t(chosen), hc, beta=1, alpha=weight)
      if adapted:
        a = w["lora_A.weight"]
        s = torch.mul(w["lora_scale"], weight)
        v = torch.mul_(torch.mm(dz, w["lora_B.weight"]), s)
        _ = torch.addmm_(g["lora_B.weight"], torch.t(dz), torch.mul_(torch.linear(hd, a), s))
        _ = torch.addmm_(g["lora_A.weight"], torch.t(v), hd)
        if p > 0.0:
          _ = torch.addcmul_(dhc, torch.mm(v, a), torch.narrow(mask, 0, first, count))
        else:
          _ = torch.addmm_(dhc, v, a)
      first = first + count
    return [total, dh]

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
