import { describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { sampleKey } from './sample-key.ts';
import { transcript } from './transcript.ts';

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
});
