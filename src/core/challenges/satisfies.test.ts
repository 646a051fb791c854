import { describe, expect, test } from 'vitest';
import type { Assurance } from '../rules/rule-set.ts';
import { satisfies } from './satisfies.ts';

describe('whether a proof meets the demand of a decision', () => {
  const demand = (minimumAssurance: string | null, verificationMethods: readonly string[] | null = null) =>
    ({ verificationMethods, minimumAssurance, defaultVerificationMethod: null }) as Parameters<typeof satisfies>[0];
  const passkey = (assurance: Assurance) => ({ method: 'PASSKEY', assurance });

  test('ruling 10: it must be at least as strong, and of a permitted method', () => {
    expect(satisfies(demand('medium'), passkey('high'))).toBe(true);
    expect(satisfies(demand('medium'), passkey('medium'))).toBe(true);
    expect(satisfies(demand('medium'), passkey('restricted'))).toBe(false);
    expect(satisfies(demand(null), passkey('low'))).toBe(true);
    expect(satisfies(demand(null, ['SMS']), passkey('high'))).toBe(false);
    expect(satisfies(demand(null, []), passkey('high'))).toBe(false);
  });

  test('I5: no proof meets a stored minimum that cannot be read', () => {
    expect(satisfies(demand('highest'), passkey('high'))).toBe(false);
  });
});
