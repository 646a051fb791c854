/**
 * Does the work for each in turn, or for `atOnce` of them side by side. What fails for one holds up no other: the first error
 * is thrown when all had their turn.
 */
export async function eachAlone<Item>(
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
  atOnce = 1,
): Promise<void> {
  const errors: unknown[] = [];
  const left = items[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let next = left.next(); next.done !== true; next = left.next()) {
        await work(next.value).catch((error: unknown) => {
          errors.push(error);
        });
      }
    }),
  );
  if (errors.length > 0) throw errors[0];
}
