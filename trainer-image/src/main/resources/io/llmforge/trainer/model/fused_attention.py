# Causal attention of one segment by libtorch's kernels that never hold all scores.
#
#   q, k, v, o [K, G, L, D]   K key/value heads, of which G query heads share one   L tokens   D head size
#   lse [K, G, L], logs of the softmax denominators

# On CUDA the kernel wants heads of whole 16 bytes.
def serves(q: Tensor) -> bool:
  if q.is_cuda:
    return torch.size(q, -1) * torch.element_size(q) % 16 == 0
  else:
    return True

def forward(q: Tensor, k: Tensor, v: Tensor, scale: float) -> Tuple[Tensor, Tensor]:
  if q.is_cuda:
    o, lse, _0, _1 = torch._scaled_dot_product_efficient_attention(q, k, v, None, True, 0.0, True, scale=scale)
    return (o, torch.narrow(lse, 2, 0, torch.size(q, 2)))
  else:
    return torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, True, attn_mask=None, scale=scale)

# The gradients of q, k and v, each [K, G, L, D]. CUDA's kernel reads lse in whole blocks of 32; without
# dropout there are no random numbers to make again, so what stands for them is never read; 1 is the
# mask of a causal square.
def backward(do: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, lse: Tensor, scale: float) -> Tuple[Tensor, Tensor, Tensor]:
  if q.is_cuda:
    blocks = torch.constant_pad_nd(lse, [0, (32 - torch.size(q, 2) % 32) % 32], float("inf"))
    unused = torch.zeros([], dtype=4)
    tokens = torch.size(q, 2)
    dq, dk, dv, _0 = torch._efficient_attention_backward(torch.transpose(do, 1, 2), torch.transpose(q, 1, 2), torch.transpose(k, 1, 2), torch.transpose(v, 1, 2), None, torch.transpose(o, 1, 2), None, None, tokens, tokens, blocks, 0.0, unused, unused, 1, False, scale=scale)
    return (torch.transpose(dq, 1, 2), torch.transpose(dk, 1, 2), torch.transpose(dv, 1, 2))
  else:
    return torch._scaled_dot_product_flash_attention_for_cpu_backward(do, q, k, v, o, lse, 0.0, True, attn_mask=None, scale=scale)
