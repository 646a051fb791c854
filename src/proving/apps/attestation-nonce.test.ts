import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secretKey } from '../../runtime/crypto.ts';
import type { Tenant } from '../../storage/published.ts';
import { attestationNonce, nonceMs } from './attestation-nonce.ts';

const tenant = (seed: number) => ({ codeKey: secretKey(Buffer.alloc(32, seed)) }) as Tenant;

test('A43: two actions, two times or two tenants never have one nonce, however the parts are joined', () => {
  // Ids that look as if they ran into the time behind them, or closed the list that they are in.
  const part = fc.oneof(fc.uuid(), fc.stringMatching(/^[0-9"',[\]\\ ]{0,6}$/), fc.string({ maxLength: 8 }));
  const tuple = fc.tuple(fc.integer({ min: 0, max: 3 }), part, fc.integer({ min: 0, max: 20 }));
  fc.assert(
    fc.property(tuple, tuple, (one, other) => {
      const [first, second] = [one, other].map(([seed, actionId, window]) =>
        attestationNonce(tenant(seed), actionId, window * nonceMs),
      );
      expect(first === second).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});
