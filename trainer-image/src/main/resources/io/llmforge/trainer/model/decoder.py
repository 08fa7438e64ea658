# A decoder, forward and backward, gradients by hand. What differs between families is in the
# settings below and in which weights a layer has; the parts are in the files beside this one.
#
#   T tokens of one packed row      C hidden size       F width of the feed-forward part
#   N query heads                   K key/value heads   D head size       V vocabulary
#   w   weights by name             g   gradient sums by name; a name that is absent is frozen
#   p   LoRA dropout probability    s   LoRA scale, [1], NAME.lora_scale among the weights
#
# A row holds segments (documents) one after the other; boundaries [segments + 1], int32, say where
# each begins, and T. Weights and what flows through them are float32 or bfloat16, but for the
# weights of norms; gradient sums are always float32.
class Decoder(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  query_heads : int
  key_value_heads : int
  head_size : int
  score_scale : float
  score_cap : float
  fused_attention : bool
  norm_epsilon : float
  norm_shift : float
  gelu : bool
  experts_per_token : int
  expert_weights_normalised : bool
  embedding_factor : float
  residual_factor : float
  logit_factor : float

  # --- a layer: x += attention(x), then x += feed_forward(x), each with a norm before or behind

  # Gives what layer_backward wants to have kept, and the layer's output [T, C] last.
  # Module number m of a layer draws its dropout mask with seed + m.
  def layer(self: __torch__.Decoder, x: Tensor, cos: Tensor, sin: Tensor, segments: List[int], boundaries: Tensor, window: int, w: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    kept = annotate(List[Tensor], [])
    h = self.normed(x, w, "before_attention.weight", kept)
    a = self.attention(h, cos, sin, segments, boundaries, window, w, p, seed, kept)
    middle = self.added(x, self.normed(a, w, "after_attention.weight", kept))
    h = self.normed(middle, w, "before_feed_forward.weight", kept)
    if "experts.router.weight" in w:
      f = __torch__.experts.forward(h, w, self.experts_per_token, self.expert_weights_normalised, self.gelu, kept)
    else:
      f = __torch__.feed_forward.forward(h, w, self.gelu, p, seed + 4, kept)
    y = self.added(middle, self.normed(f, w, "after_feed_forward.weight", kept))
    kept.append(y)
    return kept

  # dy [T, C] is the gradient of the layer's output, `kept` what `layer` gave before its output;
  # its end is taken first. Adds to g and gives the gradient of x.
  def layer_backward(self: __torch__.Decoder, dy: Tensor, kept: List[Tensor], cos: Tensor, sin: Tensor, segments: List[int], boundaries: Tensor, window: int, w: Dict[str, Tensor], g: Dict[str, Tensor], p: float, seed: int) -> List[Tensor]:
    df = self.normed_backward(self.added_backward(dy), w, g, "after_feed_forward.weight", kept)
    if "experts.router.weight" in w:
      dh = __torch__.experts.backward(df, w, g, self.expert_weights_normalised, self.gelu, kept)
    else:
      dh = __torch__.feed_forward.backward(df, w, g, self.gelu, p, seed + 4, kept)
    dmiddle = torch.add_(self.normed_backward(dh, w, g, "before_feed_forward.weight", kept), dy)
    da = self.normed_backward(self.added_backward(dmiddle), w, g, "after_attention.weight", kept)
    dh = self.attention_backward(da, cos, sin, segments, boundaries, window, w, g, p, seed, kept)
    return [torch.add_(self.normed_backward(dh, w, g, "before_attention.weight", kept), dmiddle)]

  # A norm that the layer does not have changes nothing.
  def normed(self: __torch__.Decoder, x: Tensor, w: Dict[str, Tensor], name: str, kept: List[Tensor]) -> Tensor:
    if name in w:
      y, r = __torch__.norm.forward(x, w[name], self.norm_shift, self.norm_epsilon)
      kept.append(x)
      kept.append(r)
      return y
    else:
      return x

  def normed_backward(self: __torch__.Decoder, dy: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str, kept: List[Tensor]) -> Tensor:
    if name in w:
      r = kept.pop()
      x = kept.pop()
      return __torch__.norm.backward(dy, x, r, w, g, name, self.norm_shift)
    else:
      return dy

  # Overwrites y, which a part of the layer has just made.
  def added(self: __torch__.Decoder, x: Tensor, y: Tensor) -> Tensor:
    if self.residual_factor != 1.0:
      _ = torch.mul_(y, self.residual_factor)
    return torch.add_(y, x)

  def added_backward(self: __torch__.Decoder, dy: Tensor) -> Tensor:
    if self.residual_factor != 1.0:
      return torch.mul(dy, self.residual_factor)
    else:
      return dy

  # Between the forward and the backward pass of a row that went through experts.
  def balancing_loss(self: __torch__.Decoder, statistics: Tensor, balance: Tensor, rows: int, factor: float) -> List[Tensor]:
    return [__torch__.experts.balancing_loss(statistics, balance, rows, factor)]

  # --- the attention of a layer

  def attention(self: __torch__.Decoder, h: Tensor, cos: Tensor, sin: Tensor, segments: List[int], boundaries: Tensor, window: int, w: Dict[str, Tensor], p: float, seed: int, kept: List[Tensor]) -> Tensor:
    kept.append(h)
    if "self_attn.qkv_proj.weight" in w:
      queries, keys, values = torch.split_with_sizes(__torch__.linear.forward(h, w, "self_attn.qkv_proj", p, seed), self.widths(), 1)
      values = torch.contiguous(values)
    else:
      queries = __torch__.linear.forward(h, w, "self_attn.q_proj", p, seed)
      keys = __torch__.linear.forward(h, w, "self_attn.k_proj", p, seed + 1)
      values = __torch__.linear.forward(h, w, "self_attn.v_proj", p, seed + 2)
    q = __torch__.rotary.rotate(self.heads(queries, w, "self_attn.q_norm.weight", kept), cos, sin)
    k = __torch__.rotary.rotate(self.heads(keys, w, "self_attn.k_norm.weight", kept), cos, sin)
    v = torch.view(values, [-1, self.key_value_heads, self.head_size])
    o, lse = __torch__.attention.forward(q, k, v, segments, boundaries, window, self.score_scale, self.score_cap, self.fused_attention)
    kept.append(q)
    kept.append(k)
    kept.append(v)
    kept.append(o)
    kept.append(lse)
    return __torch__.linear.forward(torch.flatten(o, 1), w, "self_attn.o_proj", p, seed + 3)

  # Gives the gradient of h.
  def attention_backward(self: __torch__.Decoder, dy: Tensor, cos: Tensor, sin: Tensor, segments: List[int], boundaries: Tensor, window: int, w: Dict[str, Tensor], g: Dict[str, Tensor], p: float, seed: int, kept: List[Tensor]) -> Tensor:
    lse = kept.pop()
    o = kept.pop()
    v = kept.pop()
    k = kept.pop()
    q = kept.pop()
    do = __torch__.linear.backward(dy, torch.flatten(o, 1), w, g, "self_attn.o_proj", p, seed + 3)
    dq, dk, dv = __torch__.attention.backward(torch.view_as(do, o), q, k, v, o, lse, segments, boundaries, window, self.score_scale, self.score_cap, self.fused_attention)
    dkeys = self.heads_backward(__torch__.rotary.rotate_back(dk, cos, sin), w, g, "self_attn.k_norm.weight", kept)
    dqueries = self.heads_backward(__torch__.rotary.rotate_back(dq, cos, sin), w, g, "self_attn.q_norm.weight", kept)
    dvalues = torch.flatten(dv, 1)
    h = kept.pop()
    if "self_attn.qkv_proj.weight" in w:
      return __torch__.linear.backward(torch.cat([dqueries, dkeys, dvalues], 1), h, w, g, "self_attn.qkv_proj", p, seed)
    else:
      dh = __torch__.linear.backward(dqueries, h, w, g, "self_attn.q_proj", p, seed)
      dh = __torch__.linear.backward_onto(dh, dkeys, h, w, g, "self_attn.k_proj", p, seed + 1)
      return __torch__.linear.backward_onto(dh, dvalues, h, w, g, "self_attn.v_proj", p, seed + 2)

  # Widths of q, k and v beside each other.
  def widths(self: __torch__.Decoder) -> List[int]:
    keys = self.key_value_heads * self.head_size
    return [self.query_heads * self.head_size, keys, keys]

  # [T, heads D] to [T, heads, D]; a norm over heads, or over all of them, is as long as its weight.
  def heads(self: __torch__.Decoder, x: Tensor, w: Dict[str, Tensor], name: str, kept: List[Tensor]) -> Tensor:
    y = x
    if name in w:
      y = self.normed(torch.reshape(x, [-1, torch.size(w[name], 0)]), w, name, kept)
    return torch.view(y, [torch.size(x, 0), -1, self.head_size])

  def heads_backward(self: __torch__.Decoder, dy: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str, kept: List[Tensor]) -> Tensor:
    dx = dy
    if name in w:
      dx = self.normed_backward(torch.reshape(dy, [-1, torch.size(w[name], 0)]), w, g, name, kept)
    return torch.view(dx, [torch.size(dy, 0), -1])

  # [segments + 1], int32, on the device of `neighbour`.
  def boundaries(self: __torch__.Decoder, segments: List[int], neighbour: Tensor) -> List[Tensor]:
    ends = torch.to(torch.cumsum(torch.tensor(segments), 0), 3)
    return [torch.to(torch.constant_pad_nd(ends, [1, 0], 0), neighbour.device)]

  # --- rotary positions: cos and sin, each [T, 1, rotated dimensions / 2]

  def angles(self: __torch__.Decoder, segments: List[int], tables: List[int], frequencies: Tensor, scale: float) -> List[Tensor]:
    return __torch__.rotary.angles(segments, tables, frequencies, scale)

  # --- token embedding: x = factor (W[ids] + s A^T[ids] B^T),  A [R, V], B [C, R]

  def embed(self: __torch__.Decoder, ids: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
    x = torch.index_select(w["weight"], 0, ids)
    if "lora_embedding_A" in w:
      u = torch.mul_(torch.t(torch.index_select(w["lora_embedding_A"], 1, ids)), w["lora_scale"])
      _ = torch.addmm_(x, u, torch.t(w["lora_embedding_B"]))
    if self.embedding_factor != 1.0:
      _ = torch.mul_(x, self.embedding_factor)
    return [x]

  # The padding token's row gets no gradient from here; padding -1 means there is none. Of a frozen
  # W single rows may be trained: token_adapter.token_indices [n], their gradients [n, C].
  def embed_backward(self: __torch__.Decoder, dy: Tensor, ids: Tensor, padding: int, w: Dict[str, Tensor], g: Dict[str, Tensor]) -> List[Tensor]:
    known = torch.unsqueeze(torch.ne(ids, padding), 1)
    dx = dy
    if self.embedding_factor != 1.0:
      dx = torch.mul(dy, self.embedding_factor)
    if "weight" in g:
      _ = torch.index_add_(g["weight"], 0, ids, torch.to(torch.mul(dx, known), 6))
    if "token_adapter.trainable_tokens_delta" in g:
      rows = torch.unsqueeze(w["token_adapter.token_indices"], 1)
      chosen = torch.to(torch.eq(rows, torch.unsqueeze(ids, 0)), 6)
      _ = torch.addmm_(g["token_adapter.trainable_tokens_delta"], chosen, torch.to(torch.mul(dx, known), 6))
    if "lora_embedding_A" in g:
      s = w["lora_scale"]
      u = torch.mul_(torch.index_select(w["lora_embedding_A"], 1, ids), s)
      __torch__.linear.add_product(g["lora_embedding_B"], torch.t(dx), torch.t(u))
      du = torch.mul_(torch.mul_(torch.mm(dx, w["lora_embedding_B"]), s), known)
      _ = torch.index_add_(g["lora_embedding_A"], 1, ids, torch.to(torch.contiguous(torch.t(du)), 6))
    return annotate(List[Tensor], [])

  # --- final norm, of the rows whose next token is a target, times the factor of the logits

  # Gives the normed rows, their inputs and their norm factors.
  def final_norm(self: __torch__.Decoder, x: Tensor, rows: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
    chosen = torch.index_select(x, 0, rows)
    h, r = __torch__.norm.forward(chosen, w["weight"], self.norm_shift, self.norm_epsilon)
    if self.logit_factor != 1.0:
      _ = torch.mul_(h, self.logit_factor)
    return [h, chosen, r]

  # Gives the gradient of x [T, C], zero in the rows that were not chosen.
  def final_norm_backward(self: __torch__.Decoder, dh: Tensor, x: Tensor, chosen: Tensor, r: Tensor, rows: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor]) -> List[Tensor]:
    dy = dh
    if self.logit_factor != 1.0:
      dy = torch.mul(dh, self.logit_factor)
    dx = torch.zeros_like(x)
    return [torch.index_copy_(dx, 0, rows, __torch__.norm.backward(dy, chosen, r, w, g, "weight", self.norm_shift))]

  # --- merging: W + s B A, one new matrix in float32

  def merged(self: __torch__.Decoder, weight: Tensor, a: Tensor, b: Tensor, s: Tensor) -> List[Tensor]:
    return [torch.addmm(torch.to(weight, 6), torch.mul(b, s), a)]

  # Embeddings: W + s (B A)^T.
  def merged_embedding(self: __torch__.Decoder, weight: Tensor, a: Tensor, b: Tensor, s: Tensor) -> List[Tensor]:
    return [torch.addmm(torch.to(weight, 6), torch.t(a), torch.t(torch.mul(b, s)))]
