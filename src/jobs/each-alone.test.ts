import { expect, test } from 'vitest';
import { eachAlone } from './each-alone.ts';

test('what fails for one holds up no other, and the first error is told', async () => {
  const done: number[] = [];
  const work = eachAlone([1, 2, 3, 4], (item) => {
    if (item % 2 === 0) return Promise.reject(new Error(`${item} fails`));
    done.push(item);
    return Promise.resolve();
  });
  await expect(work).rejects.toThrow('2 fails');
  expect(done).toEqual([1, 3]);
});
