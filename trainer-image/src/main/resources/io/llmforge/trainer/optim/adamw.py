# AdamW (Loshchilov and Hutter 2019) over lists of float32 tensors, and the global gradient norm.
class AdamW(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # p *= 1 - lr wd;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
  # p -= lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + eps), t counting from 1 in `steps`
  # Then the elements of `changed` are copied to `copies`, rounded to their type.
  def step(self: __torch__.AdamW, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], steps: List[Tensor], changed: List[Tensor], copies: List[Tensor], lr: float, beta1: float, beta2: float, wd: float, eps: float) -> List[Tensor]:
    torch._foreach_add_(steps, 1)
    torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), steps, lr=lr, beta1=beta1, beta2=beta2, weight_decay=wd, eps=eps, amsgrad=False, maximize=False)
    if torch.len(copies) > 0:
      torch._foreach_copy_(copies, changed)
    return annotate(List[Tensor], [])

  # The L2 norm of all gradients together.
  def norm(self: __torch__.AdamW, g: List[Tensor]) -> List[Tensor]:
    return [torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g, 2)))]

  # Scales gradients of norm n down to `maximum`: g *= min(1, maximum / (n + 1e-6)).
  def scale(self: __torch__.AdamW, g: List[Tensor], factor: float) -> List[Tensor]:
    torch._foreach_mul_(g, factor)
    return annotate(List[Tensor], [])

  def clear(self: __torch__.AdamW, g: List[Tensor]) -> List[Tensor]:
    torch._foreach_zero_(g)
    return annotate(List[Tensor], [])
