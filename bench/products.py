"""The matrix products of a step: how many operations, and how long they take at best.

Operations are those that the step needs: real tokens, no recomputation, the output head at targets alone. They are
the same for every side of a comparison, so shares of the peak can be compared.
"""

from cases import LORA_RANK


def linear_sizes(shape):
    """(inputs, outputs) of the linear modules of a layer."""
    queries = shape.query_heads * shape.head_size
    keys = shape.key_value_heads * shape.head_size
    return [
        (shape.hidden, queries),
        (shape.hidden, keys),
        (shape.hidden, keys),
        (queries, shape.hidden),
        (shape.hidden, shape.feed_forward),
        (shape.hidden, shape.feed_forward),
        (shape.feed_forward, shape.hidden),
    ]


def products(case):
    """((rows, inner, columns), how often) of all matrix products except those of attention."""
    shape = case.shape
    tokens, targets, trained = case.tokens, case.targets, case.task != "reference"
    made = []
    for inputs, outputs in linear_sizes(shape):
        per_layer = [(tokens, inputs, outputs)]
        if trained:
            per_layer.append((tokens, outputs, inputs))
        if trained and case.adapted:
            rank = LORA_RANK
            per_layer += [(tokens, inputs, rank), (tokens, rank, outputs)]
            per_layer += [(tokens, outputs, rank), (tokens, rank, inputs)]
            per_layer += [(outputs, tokens, rank), (rank, tokens, inputs)]
        elif trained:
            per_layer.append((outputs, tokens, inputs))
        made += [(product, shape.layers) for product in per_layer]
    made.append(((targets, shape.hidden, shape.vocabulary), 1))
    if trained:
        made.append(((targets, shape.vocabulary, shape.hidden), 1))
        if not case.adapted:
            made.append(((shape.vocabulary, targets, shape.hidden), 1))
    return made


def attention_operations(case):
    """Of causal attention, whose triangle counts half of the square: two products forward, four back."""
    shape = case.shape
    width = shape.query_heads * shape.head_size
    squares = sum(length * length for length in case.lengths)
    return (2 if case.task == "reference" else 6) * shape.layers * width * squares


def operations(case):
    """Floating-point operations of all matrix products of a step."""
    linear = sum(2 * m * k * n * times for (m, k, n), times in products(case))
    return linear + attention_operations(case)
