# Products with the weight of a linear module, by whatever libtorch takes itself.
#
#   x [rows, in]   W [out, in]   b [out]   dy [rows, out]   dx [rows, in]

# x W^T
def forward(x: Tensor, w: Tensor) -> Tensor:
  return torch.linear(x, w)

# x W^T + b
def forward_with_bias(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  return torch.linear(x, w, b)

# dy W
def backward(dy: Tensor, w: Tensor) -> Tensor:
  return torch.mm(dy, w)

# dx + dy W; may overwrite dx.
def backward_onto(dx: Tensor, dy: Tensor, w: Tensor) -> Tensor:
  return torch.addmm_(dx, dy, w)
