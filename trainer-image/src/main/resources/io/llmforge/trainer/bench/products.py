# Matrix products for measuring what the machine reaches at best: a b^T, `repeats` times.
class Products(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # By libtorch's own choice.
  def plain(self: __torch__.Products, a: Tensor, b: Tensor, repeats: int) -> List[Tensor]:
    results = annotate(List[Tensor], [])
    for i in range(repeats):
      results = [torch.linear(a, self.touched(b))]
    return results

  # As the trainer's linear modules do it.
  def trained(self: __torch__.Products, a: Tensor, b: Tensor, repeats: int) -> List[Tensor]:
    results = annotate(List[Tensor], [])
    for i in range(repeats):
      results = [__torch__.product.forward(a, self.touched(b))]
    return results

  # Overwrites x with numbers between -1 and 1.
  def draw(self: __torch__.Products, x: Tensor) -> List[Tensor]:
    _ = torch.uniform_(x, -1.0, 1.0)
    return annotate(List[Tensor], [])

  # The compiler takes products of what did not change out of the loop.
  def touched(self: __torch__.Products, b: Tensor) -> Tensor:
    _ = torch.mul_(torch.select(b, 0, 0), 1.0)
    return b
