import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inOrder, moveRule, roomForOne } from './rule-order.ts';

const rules = fc
  .uniqueArray(fc.integer({ min: 0, max: 99 }), { minLength: 1, maxLength: 100 })
  .map((priorities) => priorities.map((priority, at) => ({ name: `R${at}`, priority })));

test('moving a rule hands out the same priorities, and changes the order of no other two', () => {
  fc.assert(
    fc.property(rules, fc.nat(99), fc.nat(99), (given, from, to) => {
      const before = inOrder(given);
      const moved = before[from];
      const after = inOrder(moveRule(given, from, to));
      expect(after.map(({ priority }) => priority)).toEqual(before.map(({ priority }) => priority));
      const names = (list: readonly { name: string }[]) =>
        list.map(({ name }) => name).filter((name) => name !== moved?.name);
      expect(names(after)).toEqual(names(before));
      if (moved !== undefined && to < before.length) expect(after[to]?.name).toBe(moved.name);
      else expect(after).toEqual(before);
    }),
  );
});

test('a new rule comes last, with a priority of its own', () => {
  fc.assert(
    fc.property(rules, (given) => {
      const room = roomForOne(given);
      if (given.length === 100) return expect(room).toBeUndefined();
      const priorities = room?.rules.map(({ priority }) => priority) ?? [];
      expect(new Set([...priorities, room?.priority]).size).toBe(given.length + 1);
      expect(room?.priority).toBeGreaterThan(Math.max(...priorities));
      expect(room?.priority).toBeLessThan(100);
      expect(inOrder(room?.rules ?? []).map(({ name }) => name)).toEqual(inOrder(given).map(({ name }) => name));
    }),
  );
});
