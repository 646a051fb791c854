import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { databaseKinds } from '../../src/testkit/test-database.ts';

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind);
  });
  afterAll(() => app.close());

  test('a tracked action is decided, read, validated and updated', async () => {
    const tracked = await app.call('POST', '/v1/users/alice/actions/withdrawFunds', {
      body: { idempotencyKey: 'k1', email: 'a@b.c' },
    });
    expect(tracked.status, tracked.text).toBe(200);
    expect(tracked.body).toMatchObject({ state: 'CHALLENGE_REQUIRED', isEnrolled: false });
    const enrolled = await app.call('POST', '/v1/users/alice/authenticators', {
      body: { verificationMethod: 'SMS', phoneNumber: '+64270000000' },
    });
    expect(enrolled.status, enrolled.text + app.logText()).toBe(200);
    expect(enrolled.body.recoveryCodes).toHaveLength(10);
    const user = await app.call('GET', '/v1/users/alice');
    expect(user.body).toMatchObject({
      isEnrolled: true,
      email: 'a@b.c',
      enrolledVerificationMethods: ['SMS'],
      defaultVerificationMethod: 'SMS',
    });
    const validated = await app.call('POST', '/v1/validate', { body: { token: tracked.body.token } });
    expect(validated.body).toMatchObject({ isValid: false, state: 'CHALLENGE_REQUIRED' });
    const updated = await app.call('PATCH', '/v1/users/alice/actions/withdrawFunds/k1', {
      body: { state: 'CHALLENGE_SUCCEEDED' },
    });
    expect(updated.status, updated.text + app.logText()).toBe(200);
    expect((await app.call('POST', '/v1/validate', { body: { token: tracked.body.token } })).body).toMatchObject({
      isValid: true,
    });
    const list = await app.call('GET', '/v1/users/alice/actions');
    expect(list.body).toHaveLength(1);
    expect((await app.call('DELETE', '/v1/users/alice')).body).toEqual({ success: true });
    expect((await app.call('POST', '/v1/validate', { body: { token: tracked.body.token } })).body).toMatchObject({
      isValid: false,
    });
  });
});
