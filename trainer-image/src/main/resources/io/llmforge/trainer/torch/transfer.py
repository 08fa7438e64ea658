# Moves elements between Java and the device, in pieces, and between types: 6 is float32, 15 bfloat16.
class Transfer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # On the device of `neighbour`.
  def zeros(self: __torch__.Transfer, neighbour: Tensor, shape: List[int], type: int) -> List[Tensor]:
    return [torch.zeros(shape, dtype=type, device=neighbour.device)]

  def copy(self: __torch__.Transfer, source: Tensor, type: int) -> List[Tensor]:
    return [torch.to(source, type, False, True)]

  # Overwrites elements from `first` on of `target`, seen flat.
  def write(self: __torch__.Transfer, target: Tensor, first: int, elements: Tensor) -> List[Tensor]:
    flat = torch.view(target, [-1])
    part = torch.narrow(flat, 0, first, torch.size(elements, 0))
    _ = torch.copy_(part, elements)
    return annotate(List[Tensor], [])

  # In float32.
  def read(self: __torch__.Transfer, source: Tensor, first: int, count: int) -> List[Tensor]:
    return [torch.to(torch.narrow(torch.view(source, [-1]), 0, first, count), 6, False, True)]

  # A copy in the host's memory.
  def host(self: __torch__.Transfer, source: Tensor) -> List[Tensor]:
    return [torch.cpu(source)]

  # How many elements are infinite or not a number.
  def unfinite(self: __torch__.Transfer, source: Tensor) -> List[Tensor]:
    return [torch.sum(torch.logical_not(torch.isfinite(source)))]
