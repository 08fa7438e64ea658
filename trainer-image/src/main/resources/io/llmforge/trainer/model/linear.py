# One linear module, with or without an adapter: y = x W^T + b + s (drop(x) A^T) B^T
#
#   x [T, in]   W [out, in]   b [out]   A [R, in]   B [out, R]   s [1]   p dropout probability
#   w weights by name, g gradient sums by name; a name that is absent is frozen
#
# x, y, W, b, A, B are all float32 or all bfloat16; sums, scale and masks are always float32.

# The same seed gives the same mask, so masks are drawn again instead of kept.
def dropout_mask(x: Tensor, p: float, seed: int) -> Tensor:
  torch.manual_seed(seed)
  mask = torch.bernoulli_(torch.empty_like(x, dtype=6), 1.0 - p)
  return torch.div_(mask, 1.0 - p)

def masked(x: Tensor, mask: Tensor) -> Tensor:
  return torch.to(torch.mul(x, mask), x.dtype)

# Adds the matrix product a b to the float32 sum g. A bfloat16 product is summed in float32 and
# rounded once, before it is added.
def add_product(g: Tensor, a: Tensor, b: Tensor) -> None:
  if a.dtype == 6:
    _ = torch.addmm_(g, a, b)
  else:
    _ = torch.add_(g, torch.mm(a, b))
  return None

def forward(x: Tensor, w: Dict[str, Tensor], name: str, p: float, seed: int) -> Tensor:
  if name + ".bias" in w:
    y = __torch__.product.forward_with_bias(x, w[name + ".weight"], w[name + ".bias"])
  else:
    y = __torch__.product.forward(x, w[name + ".weight"])
  if name + ".lora_A.weight" in w:
    xd = x
    if p > 0.0:
      xd = __torch__.linear.masked(x, __torch__.linear.dropout_mask(x, p, seed))
    u = torch.mul_(torch.linear(xd, w[name + ".lora_A.weight"]), w[name + ".lora_scale"])
    _ = torch.addmm_(y, u, torch.t(w[name + ".lora_B.weight"]))
  return y

# Adds the gradients of the weights to g and gives the gradient of x.
def backward(dy: Tensor, x: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str, p: float, seed: int) -> Tensor:
  dx = __torch__.product.backward(dy, w[name + ".weight"])
  __torch__.linear.rest_of_backward(dx, dy, x, w, g, name, p, seed)
  return dx

# The same, for an x that went through several modules: gives dx with this module's part added.
def backward_onto(dx: Tensor, dy: Tensor, x: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str, p: float, seed: int) -> Tensor:
  sum = __torch__.product.backward_onto(dx, dy, w[name + ".weight"])
  __torch__.linear.rest_of_backward(sum, dy, x, w, g, name, p, seed)
  return sum

def rest_of_backward(dx: Tensor, dy: Tensor, x: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str, p: float, seed: int) -> None:
  if name + ".weight" in g:
    __torch__.linear.add_product(g[name + ".weight"], torch.t(dy), x)
  if name + ".bias" in g:
    _ = torch.add_(g[name + ".bias"], torch.sum(dy, [0], dtype=6))
  if name + ".lora_A.weight" in w:
    a = w[name + ".lora_A.weight"]
    s = w[name + ".lora_scale"]
    v = torch.mul_(torch.mm(dy, w[name + ".lora_B.weight"]), s)
    if p > 0.0:
      mask = __torch__.linear.dropout_mask(x, p, seed)
      xd = __torch__.linear.masked(x, mask)
      _ = torch.addcmul_(dx, torch.mm(v, a), mask)
    else:
      xd = x
      _ = torch.addmm_(dx, v, a)
    __torch__.linear.add_product(g[name + ".lora_B.weight"], torch.t(dy), torch.mul_(torch.linear(xd, a), s))
    __torch__.linear.add_product(g[name + ".lora_A.weight"], torch.t(v), xd)
  return None
