# Causal attention of a packed row by libtorch's flash kernels for CUDA: all segments in one launch,
# no scores in memory, query heads that share a key/value head and windows included.
#
#   q, o [T, N, D]   k, v [T, K, D]   lse [N, T]   as in attention.py, all but lse bfloat16
#   boundaries [segments + 1], int32: where each segment begins, and T
#   W window, 0 when a token sees all before it

# Rows of single tokens are left out: the kernel lays out lse in another way there.
def serves(q: Tensor, segments: List[int], cap: float) -> bool:
  size = torch.size(q, -1)
  return q.is_cuda and q.dtype == 15 and cap == 0.0 and size % 8 == 0 and size <= 256 and ops.prim.max(segments) > 1

def forward(q: Tensor, k: Tensor, v: Tensor, segments: List[int], boundaries: Tensor, window: int, scale: float) -> Tuple[Tensor, Tensor]:
  longest = ops.prim.max(segments)
  o, lse, _0, _1, _2 = torch._flash_attention_forward(q, k, v, boundaries, boundaries, longest, longest, 0.0, True, False, scale=scale, window_size_left=__torch__.packed_attention.before(window), window_size_right=0)
  return (o, lse)

# The gradients of q, k and v. Without dropout there are no random numbers to make again, so what
# stands for their state is never read.
def backward(do: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor, segments: List[int], boundaries: Tensor, window: int, scale: float) -> Tuple[Tensor, Tensor, Tensor]:
  longest = ops.prim.max(segments)
  return torch._flash_attention_backward(do, q, k, v, o, lse, boundaries, boundaries, longest, longest, 0.0, True, lse, lse, scale=scale, window_size_left=__torch__.packed_attention.before(window), window_size_right=0)

# How many tokens before itself a token sees; -1 stands for all.
def before(window: int) -> int:
  return window - 1
