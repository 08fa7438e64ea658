# Rows of an embedding or of an output head.   V rows   C hidden size   n chosen rows
class Vocabulary(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # W [V, C] with `count` rows behind it, each the mean of those that W has. Summed in float64,
  # rounded once.
  def grown(self: __torch__.Vocabulary, w: Tensor, count: int) -> List[Tensor]:
    mean = torch.to(torch.mean(w, [0], True, dtype=7), w.dtype)
    return [torch.cat([w, torch.expand(mean, [count, -1])])]

  # In float32.
  def rows(self: __torch__.Vocabulary, w: Tensor, indices: Tensor) -> List[Tensor]:
    return [torch.to(torch.index_select(w, 0, indices), 6)]

  # For each i, row indices[i] of matrices[i] becomes rows[i].
  def replace(self: __torch__.Vocabulary, matrices: List[Tensor], indices: List[Tensor], rows: List[Tensor]) -> List[Tensor]:
    i = 0
    while i < torch.len(matrices):
      _ = torch.index_copy_(matrices[i], 0, indices[i], torch.to(rows[i], matrices[i].dtype))
      i = i + 1
    return annotate(List[Tensor], [])
