# Rotary positions: the halves of the first R dimensions of a head rotated against each other.
#
#   x [T, heads, D]   cos, sin [T, 1, R / 2]
#
# x may be bfloat16; angles and everything inside are float32.

# Positions restart with every segment. Segment i turns with row tables[i] of the frequencies
# [tables, R / 2]; cosines and sines are multiplied by scale.
def angles(segments: List[int], tables: List[int], frequencies: Tensor, scale: float) -> List[Tensor]:
  lengths = torch.tensor(segments)
  begins = torch.repeat_interleave(torch.sub(torch.cumsum(lengths, 0), lengths), lengths)
  positions = torch.to(torch.sub(torch.arange(torch.size(begins, 0)), begins), 6)
  table = torch.repeat_interleave(torch.tensor(tables), lengths)
  turns = torch.index_select(frequencies, 0, torch.to(table, frequencies.device))
  angle = torch.unsqueeze(torch.mul_(turns, torch.unsqueeze(torch.to(positions, frequencies.device), 1)), 1)
  return [torch.mul_(torch.cos(angle), scale), torch.mul_(torch.sin(angle), scale)]

def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return __torch__.rotary.turned(x, cos, sin, -1.0)

def rotate_back(dy: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return __torch__.rotary.turned(dy, cos, sin, 1.0)

# (x1 cos + sign x2 sin, x2 cos - sign x1 sin), and behind them what is not rotated.
def turned(x: Tensor, cos: Tensor, sin: Tensor, sign: float) -> Tensor:
  y = torch.empty_like(x)
  x1, x2, rest = __torch__.rotary.parts(x, torch.size(cos, -1))
  y1, y2, resty = __torch__.rotary.parts(y, torch.size(cos, -1))
  _ = torch.addcmul(torch.mul(x1, cos), x2, sin, value=sign, out=y1)
  _ = torch.addcmul(torch.mul(x2, cos), x1, sin, value=-sign, out=y2)
  _ = torch.copy_(resty, rest)
  return y

# Two halves of what is rotated, and what is not.
def parts(x: Tensor, half: int) -> List[Tensor]:
  return torch.split_with_sizes(x, [half, half, torch.size(x, -1) - 2 * half], -1)
