"""The table that the benchmarks fill: one row per line of the design's section 12."""
import statistics
import sys


def percentile(values, fraction):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def milliseconds(values):
    return f"{statistics.median(values) * 1e3:.1f} / {percentile(values, 0.99) * 1e3:.1f} ms"


def microseconds(values):
    return f"{statistics.median(values) * 1e6:.0f} / {percentile(values, 0.99) * 1e6:.0f} µs"


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, n, floor, product, goal, met):
        self.rows.append((what, str(n), floor, product, goal, "yes" if met else "no"))
        print(f"  {what}: floor {floor}, product {product}, goal {goal}: {'met' if met else 'NOT met'}", file=sys.stderr)

    def show(self, markdown):
        head = ("What (p50 / p99)", "n", "Floor", "Product", "To reach", "Met")
        if markdown:
            print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
            for row in self.rows:
                print("| " + " | ".join(row) + " |")
            return
        widths = [max(len(row[i]) for row in [head, *self.rows]) for i in range(len(head))]
        for row in [head, *self.rows]:
            print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)))
