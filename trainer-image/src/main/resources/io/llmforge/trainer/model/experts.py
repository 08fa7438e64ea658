# Many gated parts (see feed_forward.py), of which a router picks a few for each token.
#
#   h, y [T, C]   E experts   n experts to a token   F width of one   pi [T, E] probabilities
#   A slot is a token at one of its experts: slot t n + i of token t. Slots are worked on sorted by
#   expert; weight [T, n] multiplies what the slots' experts give.
#
#   statistics [2, E] of all layers and tokens of a row: how often an expert was chosen, sums of pi
#   balance [E], the gradient of the balancing loss by each pi of an expert; neither where it is off
#
#   What flows through experts may be bfloat16; what the router says is float32.
#
#   pi = softmax(h R^T);   weight = the n largest of pi, divided by their sum when they are normalised
#   y_t = sum_i weight_ti expert_ti(h_t)

def forward(h: Tensor, w: Dict[str, Tensor], n: int, normalised: bool, gelu: bool, kept: List[Tensor]) -> Tensor:
  pi = torch.softmax(torch.to(torch.linear(h, w["experts.router.weight"]), 6), -1)
  top, chosen = torch.topk(pi, n, -1)
  weight = top
  if normalised:
    weight = torch.div(top, torch.sum(top, [-1], True))
  slots = torch.argsort(torch.flatten(chosen), stable=True)
  counts = torch.bincount(torch.flatten(chosen), minlength=torch.size(pi, 1))
  if "experts.statistics" in w:
    _ = torch.add_(torch.select(w["experts.statistics"], 0, 0), counts)
    _ = torch.add_(torch.select(w["experts.statistics"], 0, 1), torch.sum(pi, [0]))
  weights = torch.unsqueeze(torch.index_select(torch.flatten(weight), 0, slots), 1)
  size = torch.size(w["experts.0.gate.weight"], 0)
  gates = torch.empty([torch.size(slots, 0), size], dtype=h.dtype, device=h.device)
  ups = torch.empty_like(gates)
  y = torch.zeros_like(h)
  on_host = torch.cpu(counts)
  first = 0
  for expert in range(torch.size(pi, 1)):
    count = int(on_host[expert])
    if count > 0:
      name = "experts." + str(expert)
      tokens = torch.floor_divide(torch.narrow(slots, 0, first, count), n)
      he = torch.index_select(h, 0, tokens)
      gate = torch.narrow(gates, 0, first, count)
      up = torch.narrow(ups, 0, first, count)
      _ = torch.mm(he, torch.t(w[name + ".gate.weight"]), out=gate)
      _0 = torch.mm(he, torch.t(w[name + ".up.weight"]), out=up)
      product = torch.mul_(torch.mul_(__torch__.feed_forward.activated(gate, gelu), up), torch.narrow(weights, 0, first, count))
      _1 = torch.index_add_(y, 0, tokens, torch.linear(product, w[name + ".down.weight"]))
    first = first + count
  for tensor in [h, pi, top, chosen, slots, counts, weights, gates, ups]:
    kept.append(tensor)
  return y

# Gives the gradient of h.
def backward(dy: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], normalised: bool, gelu: bool, kept: List[Tensor]) -> Tensor:
  ups = kept.pop()
  gates = kept.pop()
  weights = kept.pop()
  counts = kept.pop()
  slots = kept.pop()
  chosen = kept.pop()
  top = kept.pop()
  pi = kept.pop()
  h = kept.pop()
  n = torch.size(chosen, 1)
  dh = torch.zeros_like(h)
  dweights = torch.empty_like(weights)
  on_host = torch.cpu(counts)
  first = 0
  for expert in range(torch.size(pi, 1)):
    count = int(on_host[expert])
    if count > 0:
      name = "experts." + str(expert)
      tokens = torch.floor_divide(torch.narrow(slots, 0, first, count), n)
      weight = torch.narrow(weights, 0, first, count)
      gate = torch.narrow(gates, 0, first, count)
      up = torch.narrow(ups, 0, first, count)
      dye = torch.index_select(dy, 0, tokens)
      a = __torch__.feed_forward.activated(gate, gelu)
      dproduct = torch.mm(dye, w[name + ".down.weight"])
      product = torch.mul(a, up)
      _ = torch.copy_(torch.narrow(dweights, 0, first, count), torch.sum(torch.mul(torch.to(dproduct, 6), product), [1], True))
      _ = torch.mul_(dproduct, weight)
      dup = torch.mul_(a, dproduct)
      dgate = __torch__.feed_forward.activated_backward(torch.mul_(dproduct, up), gate, gelu)
      dhe = torch.addmm_(torch.mm(dgate, w[name + ".gate.weight"]), dup, w[name + ".up.weight"])
      _ = torch.index_add_(dh, 0, tokens, dhe)
      if name + ".gate.weight" in g:
        he = torch.index_select(h, 0, tokens)
        __torch__.linear.add_product(g[name + ".gate.weight"], torch.t(dgate), he)
        __torch__.linear.add_product(g[name + ".up.weight"], torch.t(dup), he)
        __torch__.linear.add_product(g[name + ".down.weight"], torch.t(dye), torch.mul_(product, weight))
    first = first + count
  dtop = torch.view_as(torch.index_copy(torch.flatten(dweights), 0, slots, torch.flatten(dweights)), top)
  if normalised:
    total = torch.sum(top, [-1], True)
    along = torch.div(torch.sum(torch.mul(dtop, top), [-1], True), total)
    dtop = torch.div_(torch.sub(dtop, along), total)
  dpi = torch.scatter(torch.zeros_like(pi), -1, chosen, dtop)
  if "experts.balance" in w:
    _ = torch.add_(dpi, w["experts.balance"])
  dlogits = torch.mul_(torch.sub(dpi, torch.sum(torch.mul(dpi, pi), [-1], True)), pi)
  dlogits = torch.to(dlogits, h.dtype)
  if "experts.router.weight" in g:
    __torch__.linear.add_product(g["experts.router.weight"], torch.t(dlogits), h)
  return torch.addmm_(dh, dlogits, w["experts.router.weight"])

# The loss E sum_e f_e m_e of Fedus et al. 2021, with f the share of tokens that chose an expert, a
# constant to the gradient, and m the mean of pi, over `rows` tokens of layers. Overwrites balance
# with its gradient times factor.
def balancing_loss(statistics: Tensor, balance: Tensor, rows: int, factor: float) -> Tensor:
  share = torch.div(torch.select(statistics, 0, 0), rows)
  mean = torch.div(torch.select(statistics, 0, 1), rows)
  _ = torch.copy_(balance, torch.mul(share, torch.size(share, 0) * factor / rows))
  return torch.mul(torch.sum(torch.mul(share, mean)), torch.size(share, 0))
