/** Rows that one statement of a purge takes at most. More would hold up others for too long. */
export const batchMax = 1_000;

/** Repeats a purge, which returns how many rows it took, until it takes less than a batch. */
export async function untilFewer(purge: () => Promise<number>): Promise<void> {
  while ((await purge()) === batchMax);
}
