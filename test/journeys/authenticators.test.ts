import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { sampleKey } from './sample-key.ts';
import { transcript } from './transcript.ts';

const databaseKinds = databasesOf(import.meta.url);

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('enrolment and removal, with defaults and recovery codes, read as in test/golden/authenticators.http', async () => {
    const app = await testApp(kind);
    const { tell, call, text } = transcript(app, 'Authenticators');
    const list = '/v1/users/alice/authenticators';
    const enrol = (body: object) => call('POST', list, { body });
    const idOf = (reply: { readonly body: { authenticator: { userAuthenticatorId: string } } }) =>
      reply.body.authenticator.userAuthenticatorId;

    tell('The first authenticator creates Alice, is her default and brings recovery codes, once.');
    const sms = await enrol({ verificationMethod: 'SMS', phoneNumber: '+64270000000' });
    await call('GET', '/v1/users/alice');

    tell('More of them. Only an asked-for default replaces the default.');
    const email = await enrol({ verificationMethod: 'EMAIL_OTP', email: 'alice@example.com', isDefault: true });
    const passkey = await enrol({
      verificationMethod: 'PASSKEY',
      credentialId: 'Y3JlZGVudGlhbA',
      credentialPublicKey: sampleKey,
      name: 'Phone',
    });
    const app2fa = await enrol({
      verificationMethod: 'AUTHENTICATOR_APP',
      otpUri: 'otpauth://totp/Bank:alice?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Bank&algorithm=SHA256&digits=8',
    });
    await call('GET', '/v1/users/alice');

    tell('The old name of the member, from old SDKs.');
    const link = await enrol({ oobChannel: 'EMAIL_MAGIC_LINK', email: 'alice@example.com' });

    tell(
      'The same method with another contact replaces it and keeps its id; the user’s own address is not overwritten.',
    );
    const moved = await enrol({ verificationMethod: 'EMAIL_OTP', email: 'alice@work.example' });
    expect(idOf(moved)).toBe(idOf(email));
    await call('GET', list);

    tell('A verified change of address moves the e-mail methods.');
    await call('PATCH', '/v1/users/alice', { body: { email: 'alice@new.example', emailVerified: true } });
    await call('GET', list);

    tell('A method becomes the default by name; one that is not enrolled does not.');
    await call('PATCH', '/v1/users/alice', { body: { defaultVerificationMethod: 'PASSKEY' } });
    await call('PATCH', '/v1/users/alice', { body: { defaultVerificationMethod: 'WHATSAPP' } });

    tell('Removing the default leaves none. Removing what is not there is 404, whatever the id is.');
    await call('DELETE', `${list}/${idOf(passkey)}`);
    await call('GET', '/v1/users/alice');
    await call('DELETE', `${list}/${idOf(passkey)}`);
    await call('DELETE', `${list}/not-an-id`);
    await call('DELETE', `/v1/users/bob/authenticators/${idOf(sms)}`);

    tell('Without the last one she is not enrolled, and the next first one brings new recovery codes.');
    for (const one of [sms, email, app2fa, link]) await call('DELETE', `${list}/${idOf(one)}`);
    await call('GET', '/v1/users/alice');
    await enrol({ verificationMethod: 'WHATSAPP', phoneNumber: '+64270000000', isDefault: false });
    await call('GET', '/v1/users/alice');

    expectGolden('authenticators.http', text());
    await app.close();
  });

  describe('server-api 3.8, ruling 59: a batch of passkeys', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await testApp(kind);
    });
    afterAll(() => app.close());

    const idOf = (name: string) => Buffer.from(name).toString('base64url');
    const passkey = (userId: string, name: string, more: object = {}) => ({
      userId,
      verificationMethod: 'PASSKEY',
      credentialId: idOf(name),
      credentialPublicKey: sampleKey,
      ...more,
    });
    const batch = async (authenticators: unknown) =>
      app.call('POST', '/v1/users/authenticators', { body: { authenticators } });
    const listed = async (userId: string) => (await app.call('GET', `/v1/users/${userId}/authenticators`)).body;

    test('enrols each one separately, and reports each one that failed', async () => {
      const aaguid = 'EA9B8D66-4D01-1D21-3CE4-B6B48CB575D4';
      const { status, body } = await batch([
        passkey('ann', 'one', { name: 'Phone', transports: ['internal', 'teleport'], aaguid }),
        passkey('ben', 'one'),
        passkey('ann', 'one'),
        passkey('ann', 'two', { name: null, transports: null, aaguid: null }),
        passkey('cid', 'three', { credentialPublicKey: 'AAAA' }),
        passkey('a/b', 'four', { verificationMethod: 'SMS' }),
        { credentialId: 7 },
        'nothing',
        null,
        passkey('authenticators', 'five'),
      ]);
      expect([status, { ...body, failures: body.failures.length }]).toEqual([
        200,
        { total: 10, succeeded: 3, failed: 7, failures: 7 },
      ]);
      const conflict = {
        errorCode: 'conflict',
        errorDescription: 'Credential already exists for a different user.',
      };
      expect(body.failures[0]).toEqual({ userId: 'ben', credentialId: idOf('one'), ...conflict });
      expect(body.failures.slice(1).map(({ errorCode }: { errorCode: string }) => errorCode)).toEqual([
        'invalid_credential',
        ...Array<string>(5).fill('invalid_request'),
      ]);
      expect(body.failures[2].errorDescription).toMatch(/^userId must have .* verificationMethod must be PASSKEY\.$/);
      expect(body.failures[3]).toEqual({
        errorCode: 'invalid_request',
        errorDescription:
          'userId is required. verificationMethod is required. credentialId must be a string. credentialPublicKey is required.',
      });
      const [one, two, ...others] = await listed('ann');
      expect(others).toEqual([]);
      expect(one.webauthnCredential).toMatchObject({ name: 'Phone', aaguid: aaguid.toLowerCase() });
      expect(one.webauthnCredential.aaguidMapping).toEqual({ name: 'Google Password Manager' });
      expect(two.webauthnCredential).toMatchObject({ credentialId: idOf('two'), name: 'Passkey' });
      // Nothing is left of those that failed, nor of their user.
      for (const userId of ['ben', 'cid', 'authenticators']) {
        expect((await app.call('GET', `/v1/users/${userId}`)).body).toMatchObject({ userId, isEnrolled: false });
      }
      const rows = await app.db.query(statement<{ userId: string }>('batch_users', 'select user_id from users'), []);
      expect(rows.map((row) => row.userId)).toEqual(['ann']);
    });

    test('is refused as a whole if it is not a list, and repeats cause no notice', async () => {
      for (const none of [undefined, null, [], {}, 'x', Array<object>(1001).fill({})]) {
        const { status, body, text } = await batch(none);
        expect([status, body.errorCode], text).toEqual([400, 'invalid_request']);
        expect(body.errorDescription).toMatch(/^authenticators (is required|must be a list|must have at (least|most))/);
      }
      // Larger than any other body of this API may be (ruling 3).
      const many = Array.from({ length: 300 }, (_each, at) =>
        passkey(`user-${at % 7}`, `key ${at} ${'x'.repeat(200)}`),
      );
      expect(JSON.stringify(many).length).toBeGreaterThan(64 * 1024);
      for (const _time of ['first', 'again']) {
        expect((await batch(many)).body).toEqual({ total: 300, succeeded: 300, failed: 0, failures: [] });
      }
      expect((await listed('user-3')).length).toBe(43);
    });
  });
});
