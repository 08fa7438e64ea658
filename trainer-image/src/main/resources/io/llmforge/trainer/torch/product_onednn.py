# Products with the weight of a linear module, by oneDNN.
#
#   x [rows, in]   W [out, in]   b [out]   dy [rows, out]   dx [rows, in]

# x W^T
def forward(x: Tensor, w: Tensor) -> Tensor:
  return ops.mkldnn._linear_pointwise(x, w, None, "none", annotate(List[Optional[number]], []), "")

# x W^T + b
def forward_with_bias(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
  return ops.mkldnn._linear_pointwise(x, w, b, "none", annotate(List[Optional[number]], []), "")

# dy W
def backward(dy: Tensor, w: Tensor) -> Tensor:
  return ops.mkldnn._linear_pointwise(dy, torch.t(w), None, "none", annotate(List[Optional[number]], []), "")

# dx + dy W; may overwrite dx.
def backward_onto(dx: Tensor, dy: Tensor, w: Tensor) -> Tensor:
  return ops.mkldnn._linear_pointwise(dy, dx, torch.t(w), None, "add")
