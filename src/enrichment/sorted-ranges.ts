/**
 * Binary search over ranges of addresses. Starts and ends lie in flat arrays of `width` big-endian 32-bit words per
 * address, sorted and disjoint, because a million objects would take ten times the memory and miss the processor's caches.
 */
export interface SortedRanges {
  readonly width: number;
  readonly starts: Uint32Array;
  /** Inclusive, so that a range may end at the very last address. */
  readonly ends: Uint32Array;
}

function compare(words: Uint32Array, index: number, width: number, key: readonly number[]): number {
  for (let at = 0; at < width; at += 1) {
    const difference = (words[index * width + at] ?? 0) - (key[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The index of the range that holds `key` (its first `width` words count), or -1. */
export function findRange(ranges: SortedRanges, key: readonly number[]): number {
  const { width, starts, ends } = ranges;
  let low = 0;
  let high = starts.length / width - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    if (compare(starts, middle, width, key) <= 0) low = middle + 1;
    else high = middle - 1;
  }
  return high >= 0 && compare(ends, high, width, key) >= 0 ? high : -1;
}
