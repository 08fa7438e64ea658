# Moves elements between Java and the device, in pieces.
class Transfer(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # Overwrites elements from `first` on of `target`, seen flat.
  def write(self: __torch__.Transfer, target: Tensor, first: int, elements: Tensor) -> List[Tensor]:
    flat = torch.view(target, [-1])
    part = torch.narrow(flat, 0, first, torch.size(elements, 0))
    _ = torch.copy_(part, elements)
    return annotate(List[Tensor], [])

  def read(self: __torch__.Transfer, source: Tensor, first: int, count: int) -> List[Tensor]:
    return [torch.clone(torch.narrow(torch.view(source, [-1]), 0, first, count))]

  # How many elements are infinite or not a number.
  def unfinite(self: __torch__.Transfer, source: Tensor) -> List[Tensor]:
    return [torch.sum(torch.logical_not(torch.isfinite(source)))]
