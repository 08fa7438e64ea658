# The gated part of a layer: y = down(act(gate(h)) * up(h))
#
#   h, y [T, C]   gate, up [T, F]   gelu whether act is the tanh form of GELU, otherwise SiLU

def forward(h: Tensor, w: Dict[str, Tensor], gelu: bool, p: float, seed: int, kept: List[Tensor]) -> Tensor:
  if "mlp.gate_up_proj.weight" in w:
    gate, up = torch.chunk(__torch__.linear.forward(h, w, "mlp.gate_up_proj", p, seed), 2, 1)
  else:
    gate = __torch__.linear.forward(h, w, "mlp.gate_proj", p, seed)
    up = __torch__.linear.forward(h, w, "mlp.up_proj", p, seed + 1)
  kept.append(h)
  kept.append(gate)
  kept.append(up)
  product = torch.mul_(__torch__.feed_forward.activated(gate, gelu), up)
  return __torch__.linear.forward(product, w, "mlp.down_proj", p, seed + 2)

# Gives the gradient of h.
def backward(dy: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], gelu: bool, p: float, seed: int, kept: List[Tensor]) -> Tensor:
  up = kept.pop()
  gate = kept.pop()
  h = kept.pop()
  a = __torch__.feed_forward.activated(gate, gelu)
  dproduct = __torch__.linear.backward(dy, torch.mul(a, up), w, g, "mlp.down_proj", p, seed + 2)
  dup = torch.mul_(a, dproduct)
  dgate = __torch__.feed_forward.activated_backward(torch.mul_(dproduct, up), gate, gelu)
  if "mlp.gate_up_proj.weight" in w:
    return __torch__.linear.backward(torch.cat([dgate, dup], 1), h, w, g, "mlp.gate_up_proj", p, seed)
  else:
    dh = __torch__.linear.backward(dgate, h, w, g, "mlp.gate_proj", p, seed)
    return __torch__.linear.backward_onto(dh, dup, h, w, g, "mlp.up_proj", p, seed + 1)

def activated(gate: Tensor, gelu: bool) -> Tensor:
  if gelu:
    return torch.gelu(gate, approximate="tanh")
  else:
    return torch.silu(gate)

def activated_backward(dy: Tensor, gate: Tensor, gelu: bool) -> Tensor:
  if gelu:
    return torch.gelu_backward(dy, gate, approximate="tanh")
  else:
    return torch.silu_backward(dy, gate)
