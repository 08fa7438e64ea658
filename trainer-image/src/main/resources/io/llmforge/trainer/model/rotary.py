# Rotary positions: the halves of the first R dimensions of a head rotated against each other.
#
#   x [T, heads, D]   cos, sin [T, 1, R / 2]
#
# x may be bfloat16; angles and everything inside are float32.

# Positions restart with every segment. Segment i turns with row tables[i] of the frequencies
# [tables, R / 2]; cosines and sines are multiplied by scale.
def angles(segments: List[int], tables: List[int], frequencies: Tensor, scale: float) -> List[Tensor]:
  positions = annotate(List[Tensor], [])
  for length in segments:
    positions.append(torch.arange(length, dtype=6, device=frequencies.device))
  table = torch.repeat_interleave(torch.tensor(tables), torch.tensor(segments))
  turns = torch.index_select(frequencies, 0, torch.to(table, frequencies.device))
  angle = torch.unsqueeze(torch.mul_(turns, torch.unsqueeze(torch.cat(positions), 1)), 1)
  return [torch.mul_(torch.cos(angle), scale), torch.mul_(torch.sin(angle), scale)]

def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  x1, x2, rest = __torch__.rotary.parts(torch.to(x, 6), torch.size(cos, -1))
  y1 = torch.addcmul_(torch.mul(x1, cos), x2, sin, value=-1.0)
  y2 = torch.addcmul_(torch.mul(x2, cos), x1, sin)
  return torch.to(torch.cat([y1, y2, rest], -1), x.dtype)

def rotate_back(dy: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  dy1, dy2, rest = __torch__.rotary.parts(torch.to(dy, 6), torch.size(cos, -1))
  dx1 = torch.addcmul_(torch.mul(dy1, cos), dy2, sin)
  dx2 = torch.addcmul_(torch.mul(dy2, cos), dy1, sin, value=-1.0)
  return torch.to(torch.cat([dx1, dx2, rest], -1), dy.dtype)

# Two halves of what is rotated, and what is not.
def parts(x: Tensor, half: int) -> List[Tensor]:
  return torch.split_with_sizes(x, [half, half, torch.size(x, -1) - 2 * half], -1)
