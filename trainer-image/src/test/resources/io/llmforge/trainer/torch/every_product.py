# Calls every function of the product part.
class EveryProduct(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  def run(self: __torch__.EveryProduct, x: Tensor, w: Tensor, b: Tensor, dy: Tensor) -> List[Tensor]:
    y = __torch__.product.forward(x, w)
    shifted = __torch__.product.forward_with_bias(x, w, b)
    dx = __torch__.product.backward(dy, w)
    onto = __torch__.product.backward_onto(torch.clone(x), dy, w)
    return [y, shifted, dx, onto]
