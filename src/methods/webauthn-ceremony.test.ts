/** Risks: a response of a real browser is refused, or a forged signature is accepted. */
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isoCBOR, verifySignature } from '@simplewebauthn/server/helpers';
import { describe, expect, test } from 'vitest';
import { isDerSignature } from './der-signature.ts';
import type { AssertionResponse, RegistrationResponse } from './method.ts';
import { keyCeremonies } from './webauthn-ceremony.ts';

const read = (name: string) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as unknown;

interface Captured {
  readonly browser: string;
  readonly origin: string;
  readonly registrationChallenge: string;
  readonly registration: RegistrationResponse;
  readonly assertionChallenge: string;
  readonly assertion: AssertionResponse;
}

describe.each((read('captured-ceremonies.json') as Captured[]).map((each) => [each.browser, each] as const))(
  'ceremonies of %s',
  (_name, captured) => {
    const keys = keyCeremonies({ isDiscoverable: true });
    const expected = {
      rpId: 'localhost',
      requiresUserVerification: true,
      isExpectedOrigin: (origin: string) => origin === captured.origin,
      ownOrigin: 'http://localhost:4000',
      requiresDeviceBound: false,
    };
    const about = { username: undefined, displayName: undefined, userAgent: undefined, deviceId: undefined };
    const registered = () =>
      keys.verifyRegistration(
        captured.registration,
        {
          ...expected,
          challenge: captured.registrationChallenge,
          isConditional: false,
          attachment: undefined,
          attestation: undefined,
          nowMs: 0,
        },
        about,
      );
    async function asserted(change: object = {}, userHandle = 'captured-handle') {
      const result = await registered();
      if (!result.ok) throw new Error(result.why);
      const { credentialId, counter, state } = result.enrolment;
      return keys.verifyAssertion(
        captured.assertion,
        {
          ...expected,
          challenge: captured.assertionChallenge,
          credentialIds: [credentialId],
          userHandle,
          isUserNamed: false,
          ...change,
        },
        { credentialId, counter, state },
      );
    }

    test('are accepted', async () => {
      expect(await registered()).toMatchObject({ ok: true, isUserVerified: true, isUserPresent: true });
      expect(await asserted()).toMatchObject({ ok: true, isUserVerified: true });
    });

    test.each<[string, string, object]>([
      ['challenge', 'client data', { challenge: 'another' }],
      ['relying party', 'response', { rpId: 'localhost.example' }],
      ['origin', 'origin', { isExpectedOrigin: () => false }],
      ['list of credentials', 'credential', { credentialIds: [] }],
    ])('are refused for another %s', async (_what, why, change) => {
      expect(await asserted(change)).toEqual({ ok: false, why });
    });

    test('are refused for another user', async () => {
      expect(await asserted({}, 'another-handle')).toEqual({ ok: false, why: 'user' });
    });
  },
);

interface Vector {
  readonly tcId: number;
  readonly comment: string;
  readonly publicKey?: string;
  readonly publicKeyDer?: string;
  readonly msg: string;
  readonly sig: string;
  readonly isValid: boolean;
}
const vectors = read('signature-vectors.json') as Readonly<Record<'ES256' | 'RS256' | 'Ed25519', Vector[]>>;
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));

async function isTaken(cose: Map<number, number | Uint8Array>, { msg, sig }: Vector): Promise<boolean> {
  const credentialPublicKey = isoCBOR.encode(cose as never);
  return verifySignature({ signature: bytes(sig), data: bytes(msg), credentialPublicKey }).catch(() => false);
}

// Parsing may throw before there is a promise; both are refusals.
async function answer(run: () => Promise<boolean>): Promise<boolean> {
  try {
    return await run();
  } catch {
    return false;
  }
}

describe('W7.2-21: signature vectors of C2SP/wycheproof', () => {
  test.each(vectors.ES256.map((vector) => [vector.tcId, vector.comment, vector] as const))(
    'ECDSA P-256 with SHA-256, %i: %s',
    async (_id, _comment, vector) => {
      const point = bytes(vector.publicKey ?? '');
      const cose = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, point.slice(1, 33)],
        [-3, point.slice(33)],
      ]);
      const taken = isDerSignature(bytes(vector.sig)) && (await answer(() => isTaken(cose, vector)));
      expect(taken).toBe(vector.isValid);
    },
  );

  test.each(vectors.Ed25519.map((vector) => [vector.tcId, vector.comment, vector] as const))(
    'Ed25519, %i: %s',
    async (_id, _comment, vector) => {
      const cose = new Map<number, number | Uint8Array>([
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytes(vector.publicKey ?? '')],
      ]);
      expect(await answer(() => isTaken(cose, vector))).toBe(vector.isValid);
    },
  );

  test.each(vectors.RS256.map((vector) => [vector.tcId, vector.comment, vector] as const))(
    'RSA PKCS #1 with SHA-256, %i: %s',
    async (_id, _comment, vector) => {
      const key = createPublicKey({ key: Buffer.from(vector.publicKeyDer ?? '', 'hex'), format: 'der', type: 'spki' });
      const { n = '', e = '' } = key.export({ format: 'jwk' });
      const cose = new Map<number, number | Uint8Array>([
        [1, 3],
        [3, -257],
        [-1, new Uint8Array(Buffer.from(n, 'base64url'))],
        [-2, new Uint8Array(Buffer.from(e, 'base64url'))],
      ]);
      expect(await answer(() => isTaken(cose, vector))).toBe(vector.isValid);
    },
  );
});
