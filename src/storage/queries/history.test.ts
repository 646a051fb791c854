import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadHistory } from './history.ts';
import type { HistoryPart, HistoryRequest } from './history.ts';
import type { Sql } from '../sql.ts';

const parts: readonly HistoryPart[] = [
  ...(['attributes', 'held', 'denied', 'devices', 'hasVerified', 'addressSeen', 'places'] as const),
];
const question = fc.record({
  operator: fc.constantFrom('actionCount' as const, 'distinctCount' as const, 'customSum' as const),
  partyKind: fc.constantFrom('user' as const, 'ip' as const, 'device' as const),
  subject: fc.constantFrom('', 'country', 'amount'),
  actionCode: fc.constantFrom('*', 'pay'),
  state: fc.constantFrom('*', 'ALLOW'),
  sinceMs: fc.nat(),
});

test('whatever rules ask, a connection prepares at most 64 texts to read the past (decision 0003)', async () => {
  const texts = new Map<string, string>();
  const sql: Sql = {
    query: ({ name, text }) => {
      texts.set(name, text);
      return Promise.resolve([{}] as never[]);
    },
    script: () => Promise.resolve(),
  };
  const asked: fc.Arbitrary<HistoryRequest> = fc.record({
    ...{ tenantId: fc.constant('t'), userId: fc.constant('u'), actionCode: fc.constant('a') },
    ...{ idempotencyKey: fc.constant('k'), address: fc.constant('192.0.2.1'), deviceId: fc.constant('d') },
    ...{ addressParty: fc.constant(null), deviceParty: fc.constant(null), placesSinceMs: fc.constant(0) },
    parts: fc.subarray([...parts]).map((chosen) => new Set(chosen)),
    questions: fc.array(question, { maxLength: 12 }),
    asksEvents: fc.boolean(),
    isNewKey: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(asked, async (request) => void (await loadHistory(sql, request))),
    { numRuns: 2_000 },
  );
  expect(texts.size).toBeGreaterThan(20);
  expect(texts.size).toBeLessThanOrEqual(64);
});
