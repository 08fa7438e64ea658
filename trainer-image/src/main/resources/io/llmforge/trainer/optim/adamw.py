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

  # All gradients one after the other: [n], n the number of elements of all of them.
  def flat(self: __torch__.AdamW, g: List[Tensor]) -> List[Tensor]:
    parts = annotate(List[Tensor], [])
    for i in range(torch.len(g)):
      _0 = torch.append(parts, torch.reshape(g[i], [-1]))
    return [torch.cat(parts, 0)]

  # The reverse: copies the elements of a tensor [n] into the gradients.
  def unflat(self: __torch__.AdamW, g: List[Tensor], flat: Tensor) -> List[Tensor]:
    first = 0
    for i in range(torch.len(g)):
      count = torch.numel(g[i])
      _0 = torch.copy_(g[i], torch.reshape(torch.narrow(flat, 0, first, count), torch.size(g[i])))
      first = torch.add(first, count)
    return annotate(List[Tensor], [])
