/** WebAuthn §7.2, step by step: mistakes of an authenticator or a page that the server has to detect itself. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCredential, encodeCbor, softwareKey, useCredential } from '../../src/testkit/authenticator.ts';
import type { SoftwareKey, Wrong } from '../../src/testkit/authenticator.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { keyHolder, ownOrigin } from './key-holder.ts';

let app: TestApp;
let they: ReturnType<typeof keyHolder>;
beforeAll(async () => {
  app = await testApp('embedded', { isDevelopment: false, anonymousRateLimit: 10_000 });
  they = keyHolder(app);
});
afterAll(() => app.close());

const path = 'verify/passkey';
const sameForAll = 'The credential could not be verified. Begin again with new options.';

/**
 * With a token and without one: refused for this reason, which the caller never learns. Nothing is stored, and the
 * challenge is used up.
 */
async function expectRefused(why: string, wrong: Wrong, origin = ownOrigin, used?: SoftwareKey): Promise<void> {
  const { userId, key } = await they.enrolled({ counter: 7, isSynced: false });
  const before = await they.stored(key);
  for (const token of [await they.track(userId), undefined]) {
    const { options } = await they.authenticationOptions(token);
    const send = (bent: Wrong, from: string, by: SoftwareKey) =>
      they.post(path, token, { authenticationCredential: useCredential(by, options, from, bent) });
    const bad = await send(wrong, origin, used ?? key);
    expect([bad.status, bad.body.errorCode], bad.text).toEqual([400, 'invalid_credential']);
    expect(bad.body.errorDescription).toBe(sameForAll);
    expect(await they.lastRefusal()).toBe(why);
    expect(await they.stored(key)).toEqual(before);
    expect((await send({}, ownOrigin, key)).body.errorCode).toBe('invalid_credential');
    if (token !== undefined) expect((await they.validate(token)).state).toBe('CHALLENGE_REQUIRED');
  }
}

test('a valid assertion is accepted, for each algorithm that is offered', async () => {
  for (const algorithm of ['ES256', 'Ed25519', 'RS256'] as const) {
    const { userId, key } = await they.enrolled({ algorithm });
    expect((await they.signIn(await they.track(userId), key)).status).toBe(200);
    expect((await they.signIn(undefined, key)).status).toBe(200);
  }
});

test('W7.2-1, W7.2-2, W7.2-3: a registration is not accepted as an assertion', async () => {
  const { userId } = await they.enrolled();
  const token = await they.track(userId);
  const { options } = await they.authenticationOptions(token);
  const asked = { challenge: options.challenge, rp: { id: 'localhost' }, user: { id: 'eA' } };
  const reply = await they.post(path, token, {
    authenticationCredential: createCredential(softwareKey(), asked, ownOrigin),
  });
  expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_request']);
});

test('W7.2-4, W7.2-23: extensions that were not requested are ignored and not reported', async () => {
  const { userId, key } = await they.enrolled();
  const { options } = await they.authenticationOptions(await they.track(userId));
  const extensions = encodeCbor(new Map([['hmac-secret', randomBytes(32)]]));
  const token = await they.track(userId);
  const own = await they.authenticationOptions(token);
  const credential = useCredential(key, own.options, ownOrigin, { extensions });
  const clientExtensionResults = { mallory: 'x'.repeat(40_000) };
  const reply = await they.post(path, token, { authenticationCredential: { ...credential, clientExtensionResults } });
  expect(reply.status, reply.text).toBe(200);
  expect(reply.text).not.toMatch(/mallory|hmac/);
  expect(options.challenge).not.toBe(own.options.challenge);
});

describe('W7.2-5, W7.2-6, A49: the key belongs to the user and is one of those requested', () => {
  test('an attacker cannot complete the victim’s ceremony with their own key', async () => {
    const [victim, attacker] = [await they.enrolled(), await they.enrolled()];
    const token = await they.track(victim.userId);
    for (const wrong of [{}, { userHandle: null }, { userHandle: victim.key.userHandle.toString('base64url') }]) {
      const reply = await they.signIn(token, attacker.key, wrong);
      expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    }
    // With the victim's credential id, the signature still does not match the victim's key.
    const id = victim.key.credentialId.toString('base64url');
    expect((await they.signIn(token, attacker.key, { id, userHandle: null })).body.errorCode).toBe(
      'invalid_credential',
    );
    expect(await they.validate(token)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
    // If the request names no user, the key identifies its owner, which is never the victim.
    const handle = { userHandle: victim.key.userHandle.toString('base64url') };
    expect((await they.signIn(undefined, attacker.key, handle)).body.errorCode).toBe('invalid_credential');
    expect((await they.signIn(undefined, attacker.key)).body.userId).toBe(attacker.userId);
  });

  test('a key that was added after the options were issued is refused', async () => {
    const { userId, accessToken } = await they.enrolled();
    const token = await they.track(userId);
    const { options } = await they.authenticationOptions(token);
    const late = softwareKey();
    expect((await they.register(accessToken, late)).status).toBe(200);
    const reply = await they.post(path, token, { authenticationCredential: useCredential(late, options, ownOrigin) });
    expect([reply.status, reply.body.errorCode]).toEqual([400, 'invalid_credential']);
    expect(await they.lastRefusal()).toBe('credential');
  });

  test('a discoverable key must name its user', async () => {
    const { key } = await they.enrolled();
    for (const userHandle of [null, '', 'bm9ib2R5', randomBytes(24).toString('base64url')]) {
      const reply = await they.signIn(undefined, key, { userHandle });
      expect([reply.status, reply.body.errorCode], String(userHandle)).toEqual([400, 'invalid_credential']);
      expect(await they.lastRefusal()).toBe('user');
    }
  });

  test('if the request names the user, the key may leave the user out but must not name another', async () => {
    const { userId, key } = await they.enrolled();
    expect((await they.signIn(await they.track(userId), key, { userHandle: null })).status).toBe(200);
    const reply = await they.signIn(await they.track(userId), key, { userHandle: 'bm9ib2R5' });
    expect(reply.body.errorCode).toBe('invalid_credential');
  });

  test('a response with two different ids is refused', async () => {
    const { key } = await they.enrolled();
    const { options } = await they.authenticationOptions(undefined);
    const credential = { ...useCredential(key, options, ownOrigin), rawId: randomBytes(32).toString('base64url') };
    expect((await they.post(path, undefined, { authenticationCredential: credential })).body.errorCode).toBe(
      'invalid_credential',
    );
  });
});

describe('W7.2-7, W7.2-8, W7.2-9: client data and authenticator data are well formed', () => {
  test('client data that is not UTF-8, not JSON, or has a duplicate member is refused', async () => {
    const { key } = await they.enrolled();
    for (const clientDataBytes of [
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from(',"x":"\xff"}', 'latin1')]),
      (bytes: Buffer) => bytes.subarray(1),
      (bytes: Buffer) => Buffer.from(bytes.toString().replace('{', '{"type":"webauthn.get",')),
    ]) {
      expect((await they.signIn(undefined, key, { clientDataBytes })).body.errorCode).toBe('invalid_credential');
      expect(await they.lastRefusal()).toBe('client data');
    }
  });
  test('authenticator data that is too short is refused', () =>
    expectRefused('response', { authenticatorData: (bytes) => bytes.subarray(0, 36) }));
  test('authenticator data with trailing bytes is refused', () =>
    expectRefused('response', { authenticatorData: (bytes) => Buffer.concat([bytes, Buffer.from([0])]) }));
});

test('W7.2-10: client data of another type is refused', () =>
  expectRefused('client data', { clientData: (data) => ({ ...data, type: 'webauthn.create' }) }));

describe('W7.2-11, A53: a challenge is valid for one try, for one action of one user', () => {
  const finish = (
    token: string | undefined,
    key: SoftwareKey,
    options: { challenge: string; rpId: string },
    wrong?: Wrong,
  ) => they.post(path, token, { authenticationCredential: useCredential(key, options, ownOrigin, wrong) });
  async function expectUnknown(reply: Promise<{ body: { errorCode?: string } }>) {
    expect((await reply).body.errorCode).toBe('invalid_credential');
    expect(await they.lastRefusal()).toBe('challenge');
  }

  test('the challenge of another action, another occurrence or another user is refused, and so is one without a user', async () => {
    const { userId, key } = await they.enrolled();
    const token = await they.track(userId, { idempotencyKey: 'one' });
    const { options } = await they.authenticationOptions(token);
    await expectUnknown(finish(await they.track(userId, {}, 'other'), key, options));
    await expectUnknown(finish(await they.track(userId, { idempotencyKey: 'two' }), key, options));
    const other = await they.enrolled();
    await expectUnknown(finish(await they.track(other.userId), other.key, options));
    await expectUnknown(finish(undefined, key, options));
    const anybody = await they.authenticationOptions(undefined);
    await expectUnknown(finish(token, key, anybody.options));
    // None of these attempts has used up either challenge.
    expect((await finish(token, key, options)).status).toBe(200);
    expect((await finish(undefined, key, anybody.options)).status).toBe(200);
  });

  test('a challenge is refused again after success and after failure', async () => {
    const { userId, key } = await they.enrolled();
    for (const token of [await they.track(userId), undefined]) {
      const won = await they.authenticationOptions(token);
      expect((await finish(token, key, won.options)).status).toBe(200);
      await expectUnknown(finish(token, key, won.options));
      const lost = await they.authenticationOptions(token);
      expect((await finish(token, key, lost.options, { flags: 0 })).status).toBe(400);
      await expectUnknown(finish(token, key, lost.options));
    }
  });

  test('a challenge expires after five minutes with a user and after an hour without one; the error is never unknown_credential', async () => {
    const { userId, key } = await they.enrolled();
    const token = await they.track(userId);
    const [own, anybody] = [await they.authenticationOptions(token), await they.authenticationOptions(undefined)];
    const second = await they.authenticationOptions(undefined);
    await app.runtime.advance(5 * 60_000);
    await expectUnknown(finish(token, key, own.options));
    await app.runtime.advance(54 * 60_000);
    expect((await finish(undefined, key, anybody.options)).status).toBe(200);
    await app.runtime.advance(60_000);
    await expectUnknown(finish(undefined, softwareKey(), second.options));
  });

  test('a challenge that was never issued, is empty or is encoded differently is refused', async () => {
    const { key } = await they.enrolled();
    for (const change of [() => randomBytes(32).toString('base64url'), () => '', (text: string) => `${text}=`]) {
      const clientData = (data: Record<string, unknown>) => ({ ...data, challenge: change(String(data['challenge'])) });
      const { options } = await they.authenticationOptions(undefined);
      await expectUnknown(finish(undefined, key, options, { clientData }));
    }
  });
});

describe('W7.2-12, W7.2-13, W7.2-14: the page belongs to the tenant', () => {
  test.each([
    'https://localhost:4000',
    'http://localhost:4001',
    'http://a.localhost:4000',
    'http://LOCALHOST:4000',
    'null',
  ])('refused from %s', (origin) => expectRefused('origin', {}, origin));
  test('refused in a frame of a page that is not the tenant’s', () =>
    expectRefused('origin', {
      clientData: (data) => ({ ...data, crossOrigin: true, topOrigin: 'https://evil.example' }),
    }));
  test('refused if it names a surrounding page but is not in a frame', () =>
    expectRefused('origin', { clientData: (data) => ({ ...data, topOrigin: ownOrigin }) }));
  test('accepted from this server’s own page in a frame of the tenant’s', async () => {
    const { key } = await they.enrolled();
    const clientData = (data: Record<string, unknown>) => ({ ...data, crossOrigin: true, topOrigin: ownOrigin });
    expect((await they.signIn(undefined, key, { clientData })).status).toBe(200);
  });
});

test('W7.2-15: the relying party is the one named in the options', () =>
  expectRefused('response', { rpId: 'shop.example' }));

test('W7.2-16, A50: an assertion without user presence is refused', () => expectRefused('response', { flags: 4 }));

describe('W7.2-17, A50: an assertion without user verification', () => {
  test('is refused where verification is required', async () => {
    const { userId, key } = await they.enrolled();
    const token = await they.track(userId, { scope: 'update:authenticators' });
    expect((await they.signIn(token, key, { flags: 1 | 8 | 16 })).body.errorCode).toBe('invalid_credential');
    expect((await they.signIn(token, key)).status).toBe(200);
  });
});

describe('W7.2-18, W7.2-19: whether a key can be backed up never changes', () => {
  test('a device-bound key that now says it can be backed up is refused', () =>
    expectRefused('key', { flags: 1 | 4 | 8 }));
  test('a key that is backed up but not eligible for backup is refused', () =>
    expectRefused('response', { flags: 1 | 4 | 16 }));
  test('a synced key that now says it cannot be backed up is refused', async () => {
    const { key } = await they.enrolled();
    expect((await they.signIn(undefined, key, { flags: 1 | 4 })).body.errorCode).toBe('invalid_credential');
    expect(await they.lastRefusal()).toBe('key');
    // Its current backup state may change, and is stored.
    expect((await they.signIn(undefined, key, { flags: 1 | 4 | 8 })).status).toBe(200);
    expect((await they.stored(key)).state).toMatchObject({ isBackupEligible: true, isBackedUp: false });
  });
});

describe('W7.2-20, W7.2-21, A55: the signature is by the stored key, over exactly this data', () => {
  test('one changed bit of the signature is refused', () =>
    expectRefused('signature', { signature: (bytes) => flip(bytes, bytes.length - 1) }));
  test('one changed byte of the client data is refused', () =>
    expectRefused('signature', {
      signedClientDataBytes: (bytes) => Buffer.from(bytes.toString().replace(',"crossOrigin"', ', "crossOrigin"')),
    }));
  test('a signature that is not DER, with bytes of the caller’s choice, is refused', () =>
    expectRefused('signature', {
      signature: (bytes) => Buffer.concat([Buffer.from([0x30, bytes.length]), bytes.subarray(2), Buffer.from([5, 0])]),
    }));
  test('an empty signature is refused', () =>
    expectRefused('signature', { signature: () => Buffer.from([0x30, 0x00]) }));
  test('a signature with r and s of zero is refused', () =>
    expectRefused('signature', { signature: () => Buffer.from('3006020100020100', 'hex') }));
  test('a signature by another key is refused', async () => {
    const { userId, key } = await they.enrolled();
    const thief = { ...softwareKey({ credentialId: key.credentialId }), userHandle: key.userHandle };
    for (const token of [await they.track(userId), undefined]) {
      expect((await they.signIn(token, thief)).body.errorCode).toBe('invalid_credential');
      expect(await they.lastRefusal()).toBe('signature');
    }
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return flipped;
}

describe('W7.2-22, A56: the signature counter', () => {
  const at = (userId: string, key: SoftwareKey, counter: number) =>
    they.track(userId).then((token) => they.signIn(token, key, { counter }));

  test('of a device-bound key must rise: 5, 6, then 6 and 4 are refused', async () => {
    const { userId, key } = await they.enrolled({ counter: 4, isSynced: false });
    expect((await at(userId, key, 5)).status).toBe(200);
    expect((await at(userId, key, 6)).status).toBe(200);
    for (const counter of [6, 4, 0]) {
      expect((await at(userId, key, counter)).body.errorCode).toBe('invalid_credential');
      expect(await they.lastRefusal()).toBe('counter');
    }
    expect(await they.stored(key)).toMatchObject({ counter: 6 });
    expect((await at(userId, key, 7)).status).toBe(200);
  });

  test('of a synced key may go back: the proof is accepted and flagged, and the stored value never falls', async () => {
    const { userId, key } = await they.enrolled({ counter: 4 });
    for (const counter of [6, 5, 0]) expect((await at(userId, key, counter)).status).toBe(200);
    expect(await they.stored(key)).toMatchObject({ counter: 6 });
    const { events } = await flagged(userId);
    expect(events).toEqual([undefined, true, true]);
  });

  test('of a key without a counter stays zero', async () => {
    const { userId, key } = await they.enrolled({ isSynced: false });
    for (let count = 0; count < 3; count += 1) expect((await at(userId, key, 0)).status).toBe(200);
    expect((await at(userId, key, 1)).status).toBe(200);
    expect((await at(userId, key, 0)).body.errorCode).toBe('invalid_credential');
  });
});

test('W7.2-24: a proof that the rules reject changes nothing of the stored key', async () => {
  await app.call('POST', '/v1/management/action-configurations', {
    key: app.tenant.managementKey,
    body: { actionCode: 'closed', defaultUserActionResult: 'BLOCK' },
  });
  const { key } = await they.enrolled({ counter: 3, isSynced: false });
  const before = await they.stored(key);
  const { challengeId } = await they.good(they.post('challenge', undefined, { action: 'closed' }));
  const { options } = await they.authenticationOptions(undefined, { challengeId });
  const reply = await they.post(path, undefined, { authenticationCredential: useCredential(key, options, ownOrigin) });
  expect([reply.status, reply.body.errorCode]).toEqual([403, 'forbidden']);
  expect(await they.stored(key)).toEqual(before);
});

test('A18: an empty request proves nothing', async () => {
  const { userId } = await they.enrolled();
  const token = await they.track(userId);
  for (const body of [{}, { authenticationCredential: {} }, { authenticationCredential: [] }, undefined]) {
    for (const given of [token, undefined]) {
      expect((await they.post(path, given, body)).body.errorCode).toBe('invalid_request');
    }
  }
  expect(await they.validate(token)).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
});

/** Whether each proof of a user was flagged in the audit log, in order. */
async function flagged(userId: string) {
  const rows = await app.db.query<{ flag: boolean | null }>(
    {
      name: 'test_flagged_proofs',
      text: `select (data ->> 'counterWentBack')::boolean as flag from audit_events
        where event_type = 'challenge.verified' and user_id = $1 order by event_id`,
    },
    [userId],
  );
  return { events: rows.map(({ flag }) => flag ?? undefined) };
}
