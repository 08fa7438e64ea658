# The decoder of the llama block, forward and backward, gradients by hand.
#
#   T tokens of one packed row      C hidden size       F width of the feed-forward part
#   N query heads                   K key/value heads   D head size       V vocabulary
#   w   weights by name             g   gradient sums by name; a name that is absent is frozen
#   s   LoRA scale, [1], NAME.lora_scale among the weights      p   LoRA dropout probability
#
# A row holds segments (documents) one after the other. Attention is causal inside a segment and
# never crosses segments, so no mask tensor exists. Everything is float32.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # --- one linear module, with or without an adapter: y = x W^T + b + s (drop(x) A^T) B^T

  # The same seed gives the same mask, so masks are drawn again instead of kept.
  def dropout_mask(self: __torch__.Decoder, x: Tensor, p: float, seed: int) -> Tensor:
    torch.manual_seed(seed)
    mask = torch.bernoulli_(torch.empty_like(x), 1.0 - p)
    return torch.div_(mask, 1.0 - p)

  def linear(self: __torch__.Decoder, x: Tensor, w: Dict[str, Tensor], name: str, p: float, seed: int) -> Tensor:
    if torch.__contains__(w, name + ".bias"):
      y = torch.linear(x, w[name + ".weight"], w[name + ".bias"])
    else:
      y = torch.linear(x, w[name + ".weight"])
    if torch.__contains__(w, name + ".lora_A.weight"):
      xd = x
      if p > 0.0:
        xd = torch.mul(x, self.dropout_mask(x, p, seed))
      u = torch.mul_(torch.linear(xd, w[name + ".lora_A.weight"]), w[name + ".lora_scale"])
      _ = torch.addmm_(y, u, torch.t(w[name + ".lora_B.weight"]))
    return y

  # Adds the gradients of the weights to g and the gradient of x to dx.
  def linear_backward(self: __torch__.Decoder, dy: Tensor, x: Tensor, dx: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str, p: float, seed: int) -> None:
    _ = torch.addmm_(dx, dy, w[name + ".weight"])
    if torch.__contains__(g, name + ".weight"):
      _ = torch.addmm_(g[name + ".weight"], torch.t(dy), x)
    if torch.__contains__(g, name + ".bias"):
      _ = torch.add_(g[name + ".bias"], torch.sum(dy, [0]))
    if torch.__contains__(w, name + ".lora_A.weight"):
      a = w[name + ".lora_A.weight"]
      s = w[name + ".lora_scale"]
      v = torch.mul_(torch.mm(dy, w[name + ".lora_B.weight"]), s)
      if p > 0.0:
        mask = self.dropout_mask(x, p, seed)
        xd = torch.mul(x, mask)
        _ = torch.addcmul_(dx, torch.mm(v, a), mask)
      else:
        xd = x
        _ = torch.addmm_(dx, v, a)
      _ = torch.addmm_(g[name + ".lora_B.weight"], torch.t(dy), torch.mul_(torch.linear(xd, a), s))
      _ = torch.addmm_(g[name + ".lora_A.weight"], torch.t(v), xd)
    return None

  # --- root mean square norm: y = w x r,  r = 1 / sqrt(mean(x^2) + eps)

  def norm(self: __torch__.Decoder, x: Tensor, weight: Tensor, eps: float) -> Tuple[Tensor, Tensor]:
    length = torch.linalg_vector_norm(x, 2, [-1], True)
    r = torch.rsqrt_(torch.add_(torch.div_(torch.mul_(length, length), torch.size(x, -1)), eps))
    return (torch.mul_(torch.mul(x, r), weight), r)

  def norm_backward(self: __torch__.Decoder, dy: Tensor, x: Tensor, r: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str) -> Tensor:
    unit = torch.mul(x, r)
    if torch.__contains__(g, name):
      _ = torch.add_(g[name], torch.sum(torch.mul(dy, unit), [0]))
    dunit = torch.mul(dy, w[name])
    along = torch.mean(torch.mul(dunit, unit), [-1], True)
    return torch.mul_(torch.sub_(dunit, torch.mul_(unit, along)), r)

  # --- rotary positions, halves of a head rotated against each other; x is [T, heads, D]

  # Positions restart with every segment. Gives cos and sin, each [T, 1, D/2].
  def rotary(self: __torch__.Decoder, segments: List[int], frequencies: Tensor) -> List[Tensor]:
    positions = annotate(List[Tensor], [])
    for length in segments:
      positions.append(torch.arange(length, dtype=6, device=frequencies.device))
    angles = torch.unsqueeze(torch.outer(torch.cat(positions), frequencies), 1)
    return [torch.cos(angles), torch.sin(angles)]

  def rotate(self: __torch__.Decoder, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    x1, x2 = torch.chunk(x, 2, -1)
    y1 = torch.addcmul_(torch.mul(x1, cos), x2, sin, value=-1.0)
    y2 = torch.addcmul_(torch.mul(x2, cos), x1, sin)
    return torch.cat([y1, y2], -1)

  def rotate_back(self: __torch__.Decoder, dy: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    dy1, dy2 = torch.chunk(dy, 2, -1)
    dx1 = torch.addcmul_(torch.mul(dy1, cos), dy2, sin)
    dx2 = torch.addcmul_(torch.mul(dy2, cos), dy1, sin, value=-1.0)
    return torch.cat([dx1, dx2], -1)

  # --- attention of one segment; q, k, v are [1, N, L, D] with L tokens of the segment

  def attend(self: __torch__.Decoder, q: Tensor, k: Tensor, v: Tensor, fused: bool) -> Tuple[Tensor, Tensor]:
    if fused:
      o, lse = torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, True, attn_mask=None, scale=None)
      return (o, lse)
    else:
      scores = self.causal_scores(q, k)
      lse = torch.logsumexp(scores, [-1])
      o = torch.matmul(torch.softmax(scores, -1), v)
      return (o, lse)

  def causal_scores(self: __torch__.Decoder, q: Tensor, k: Tensor) -> Tensor:
    length = torch.size(q, 2)
    scale = 1.0 / torch.sqrt(torch.size(q, 3))
    scores = torch.mul_(torch.matmul(q, torch.transpose(k, 2, 3)), scale)
    future = torch.triu(torch.ones([length, length], dtype=11, device=q.device), 1)
    return torch.masked_fill_(scores, future, -float("inf"))

  def attend_backward(self: __torch__.Decoder, do: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor, fused: bool) -> Tuple[Tensor, Tensor, Tensor]:
    if fused:
      dq, dk, dv = torch._scaled_dot_product_flash_attention_for_cpu_backward(do, q, k, v, o, lse, 0.0, True, attn_mask=None, scale=None)
      return (dq, dk, dv)
    else:
      scale = 1.0 / torch.sqrt(torch.size(q, 3))
      probability = torch.exp_(torch.sub_(self.causal_scores(q, k), torch.unsqueeze(lse, -1)))
      dv = torch.matmul(torch.transpose(probability, 2, 3), do)
      dp = torch.matmul(do, torch.transpose(v, 2, 3))
      ds = torch.mul_(torch.mul_(torch.sub_(dp, torch.sum(torch.mul(do, o), [-1], True)), probability), scale)
      return (torch.matmul(ds, k), torch.matmul(torch.transpose(ds, 2, 3), q), dv)

  # --- attention of a packed row; q is [T, N, D], k and v are [T, K, D]

  # Tokens from `first` on, as [1, N, L, D]; key/value heads are repeated for their query heads.
  def heads(self: __torch__.Decoder, x: Tensor, first: int, length: int, repeat: int) -> Tensor:
    part = torch.narrow(x, 0, first, length)
    if repeat > 1:
      part = torch.flatten(torch.expand(torch.unsqueeze(part, 2), [-1, -1, repeat, -1]), 1, 2)
    return torch.transpose(torch.unsqueeze(part, 0), 1, 2)

  # The way back of `heads`: [1, N, L, D] to [L, N / repeat, D], repeated heads summed.
  def tokens(self: __torch__.Decoder, x: Tensor, repeat: int) -> Tensor:
    part = torch.squeeze(torch.transpose(x, 1, 2), 0)
    if repeat > 1:
      part = torch.sum(torch.view(torch.contiguous(part), [torch.size(part, 0), -1, repeat, torch.size(part, 2)]), [2])
    return part

  # Gives the attended values [T, N, D] and the log of the softmax denominators [1, N, T].
  def attention(self: __torch__.Decoder, q: Tensor, k: Tensor, v: Tensor, segments: List[int], fused: bool) -> Tuple[Tensor, Tensor]:
    repeat = torch.floordiv(torch.size(q, 1), torch.size(k, 1))
    outputs = annotate(List[Tensor], [])
    denominators = annotate(List[Tensor], [])
    first = 0
    for length in segments:
      o, lse = self.attend(self.heads(q, first, length, 1), self.heads(k, first, length, repeat), self.heads(v, first, length, repeat), fused)
      outputs.append(self.tokens(o, 1))
      denominators.append(lse)
      first = first + length
    return (torch.cat(outputs), torch.cat(denominators, -1))

  def attention_backward(self: __torch__.Decoder, do: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor, segments: List[int], fused: bool) -> Tuple[Tensor, Tensor, Tensor]:
    repeat = torch.floordiv(torch.size(q, 1), torch.size(k, 1))
    dqs = annotate(List[Tensor], [])
    dks = annotate(List[Tensor], [])
    dvs = annotate(List[Tensor], [])
    first = 0
    for length in segments:
      dq, dk, dv = self.attend_backward(self.heads(do, first, length, 1), self.heads(q, first, length, 1), self.heads(k, first, length, repeat), self.heads(v, first, length, repeat), self.heads(o, first, length, 1), torch.contiguous(torch.narrow(lse, 2, first, length)), fused)
      dqs.append(self.tokens(dq, 1))
      dks.append(self.tokens(dk, repeat))
      dvs.append(self.tokens(dv, repeat))
      first = first + length
    return (torch.cat(dqs), torch.cat(dks), torch.cat(dvs))

  # --- one layer: x += o_proj(attention(norm(x)));  x += down(silu(gate(norm(x))) * up(norm(x)))

  # Gives the layer's output [T, C] first, then what layer_backward wants to have kept.
  # Module number m of a layer draws its dropout mask with seed + m.
  def layer(self: __torch__.Decoder, x: Tensor, cos: Tensor, sin: Tensor, segments: List[int], heads: List[int], eps: float, fused: bool, w: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    h1, r1 = self.norm(x, w["input_layernorm.weight"], eps)
    q = torch.view(self.linear(h1, w, "self_attn.q_proj", p, seed), [-1, heads[0], heads[2]])
    k = torch.view(self.linear(h1, w, "self_attn.k_proj", p, seed + 1), [-1, heads[1], heads[2]])
    v = torch.view(self.linear(h1, w, "self_attn.v_proj", p, seed + 2), [-1, heads[1], heads[2]])
    q = self.rotate(q, cos, sin)
    k = self.rotate(k, cos, sin)
    o, lse = self.attention(q, k, v, segments, fused)
    middle = torch.add_(self.linear(torch.flatten(o, 1), w, "self_attn.o_proj", p, seed + 3), x)
    h2, r2 = self.norm(middle, w["post_attention_layernorm.weight"], eps)
    gate = self.linear(h2, w, "mlp.gate_proj", p, seed + 4)
    up = self.linear(h2, w, "mlp.up_proj", p, seed + 5)
    y = torch.add_(self.linear(torch.mul_(torch.silu(gate), up), w, "mlp.down_proj", p, seed + 6), middle)
    return [y, h1, r1, q, k, v, o, lse, middle, h2, r2, gate, up]

  # dy [T, C] is the gradient of the layer's output, `kept` what `layer` gave after its output.
  # Adds to g and gives the gradient of x.
  def layer_backward(self: __torch__.Decoder, dy: Tensor, x: Tensor, kept: List[Tensor], cos: Tensor, sin: Tensor, segments: List[int], eps: float, fused: bool, w: Dict[str, Tensor], g: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    h1, r1, q, k, v, o, lse, middle, h2, r2, gate, up = kept
    activated = torch.silu(gate)
    dproduct = torch.zeros_like(gate)
    self.linear_backward(dy, torch.mul(activated, up), dproduct, w, g, "mlp.down_proj", p, seed + 6)
    dup = torch.mul_(activated, dproduct)
    dgate = torch.silu_backward(torch.mul_(dproduct, up), gate)
    dh2 = torch.zeros_like(h2)
    self.linear_backward(dgate, h2, dh2, w, g, "mlp.gate_proj", p, seed + 4)
    self.linear_backward(dup, h2, dh2, w, g, "mlp.up_proj", p, seed + 5)
    dmiddle = torch.add_(self.norm_backward(dh2, middle, r2, w, g, "post_attention_layernorm.weight"), dy)
    flat = torch.flatten(o, 1)
    do = torch.zeros_like(flat)
    self.linear_backward(dmiddle, flat, do, w, g, "self_attn.o_proj", p, seed + 3)
    dq, dk, dv = self.attention_backward(torch.view_as(do, o), q, k, v, o, lse, segments, fused)
    dh1 = torch.zeros_like(h1)
    self.linear_backward(torch.flatten(self.rotate_back(dq, cos, sin), 1), h1, dh1, w, g, "self_attn.q_proj", p, seed)
    self.linear_backward(torch.flatten(self.rotate_back(dk, cos, sin), 1), h1, dh1, w, g, "self_attn.k_proj", p, seed + 1)
    self.linear_backward(torch.flatten(dv, 1), h1, dh1, w, g, "self_attn.v_proj", p, seed + 2)
    return [torch.add_(self.norm_backward(dh1, x, r1, w, g, "input_layernorm.weight"), dmiddle)]

  # --- token embedding: x = W[ids] + s A^T[ids] B^T,  A [R, V], B [C, R]

  def embed(self: __torch__.Decoder, ids: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
    x = torch.index_select(w["weight"], 0, ids)
    if torch.__contains__(w, "lora_embedding_A"):
      u = torch.mul(torch.t(torch.index_select(w["lora_embedding_A"], 1, ids)), w["lora_scale"])
      _ = torch.addmm_(x, u, torch.t(w["lora_embedding_B"]))
    return [x]

  # The padding token's row gets no gradient from here; padding -1 means there is none.
  def embed_backward(self: __torch__.Decoder, dx: Tensor, ids: Tensor, padding: int, w: Dict[str, Tensor], g: Dict[str, Tensor]) -> List[Tensor]:
    known = torch.unsqueeze(torch.ne(ids, padding), 1)
    if torch.__contains__(g, "weight"):
      _ = torch.index_add_(g["weight"], 0, ids, torch.mul(dx, known))
    if torch.__contains__(g, "lora_embedding_A"):
      s = w["lora_scale"]
      u = torch.mul(torch.index_select(w["lora_embedding_A"], 1, ids), s)
      _ = torch.addmm_(g["lora_embedding_B"], torch.t(dx), torch.t(u))
      du = torch.mul_(torch.mul_(torch.mm(dx, w["lora_embedding_B"]), s), known)
      _ = torch.index_add_(g["lora_embedding_A"], 1, ids, torch.contiguous(torch.t(du)))
    return annotate(List[Tensor], [])

  # --- final norm, of the rows whose next token is a target

  # Gives the normed rows, their inputs and their norm factors.
  def final_norm(self: __torch__.Decoder, x: Tensor, rows: Tensor, eps: float, w: Dict[str, Tensor]) -> List[Tensor]:
    chosen = torch.index_select(x, 0, rows)
    h, r = self.norm(chosen, w["weight"], eps)
    return [h, chosen, r]

  # Gives the gradient of x [T, C], zero in the rows that were not chosen.
  def final_norm_backward(self: __torch__.Decoder, dh: Tensor, x: Tensor, chosen: Tensor, r: Tensor, rows: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor]) -> List[Tensor]:
    dx = torch.zeros_like(x)
    return [torch.index_copy_(dx, 0, rows, self.norm_backward(dh, chosen, r, w, g, "weight"))]

  # --- merging: W + s B A, one new matrix

  def merged(self: __torch__.Decoder, weight: Tensor, a: Tensor, b: Tensor, s: Tensor) -> List[Tensor]:
    return [torch.addmm(weight, torch.mul(b, s), a)]

  # Embeddings: W + s (B A)^T.
  def merged_embedding(self: __torch__.Decoder, weight: Tensor, a: Tensor, b: Tensor, s: Tensor) -> List[Tensor]:
    return [torch.addmm(weight, torch.t(a), torch.t(torch.mul(b, s)))]
