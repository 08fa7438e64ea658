# Root mean square norm over the last dimension: y = (w + shift) x r,  r = 1 / sqrt(mean(x^2) + eps)
#
#   x, y [rows, size]   w [size]   r [rows, 1]   shift 1 where weights are stored around 0, else 0
#
# x and y may be bfloat16; w, its gradient and everything inside are float32. Products of both types
# are made in float32, and rounded when they are written: `out` spares a pass over the memory.

def forward(x: Tensor, weight: Tensor, shift: float, eps: float) -> Tuple[Tensor, Tensor]:
  length = torch.linalg_vector_norm(x, 2, [-1], True, dtype=6)
  r = torch.rsqrt_(torch.add_(torch.div_(torch.mul_(length, length), torch.size(x, -1)), eps))
  y = torch.mul(torch.mul(x, r), __torch__.norm.factor(weight, shift), out=torch.empty_like(x))
  return (y, r)

# Adds the gradient of w to g and gives the gradient of x.
def backward(dy: Tensor, x: Tensor, r: Tensor, w: Dict[str, Tensor], g: Dict[str, Tensor], name: str, shift: float) -> Tensor:
  unit = torch.mul(x, r)
  if name in g:
    _ = torch.add_(g[name], torch.sum(torch.mul(dy, unit), [0]))
  dunit = torch.mul(dy, __torch__.norm.factor(w[name], shift))
  along = torch.mean(torch.mul(dunit, unit), [-1], True)
  return torch.mul(torch.sub_(dunit, torch.mul_(unit, along)), r, out=torch.empty_like(dy))

def factor(weight: Tensor, shift: float) -> Tensor:
  if shift == 0.0:
    return weight
  else:
    return torch.add(weight, shift)
