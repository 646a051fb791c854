import { describe, expect, test } from 'vitest';
import { testApp } from '../../src/testkit/test-app.ts';
import { databasesOf } from '../../src/testkit/test-database.ts';
import { expectGolden } from '../golden/expect-golden.ts';
import { transcript } from '../journeys/transcript.ts';
import { seedTerraformTenant, seededDataPointId, seededRuleId, theme } from './seed-terraform-tenant.ts';

const databaseKinds = databasesOf(import.meta.url);

const base = '/v1/management';
const conditions = { and: [{ '==': [{ var: 'ip.isAnonymous' }, false] }] };

/** What an update sends for attributes that its configuration leaves out: a null for each, so that it is cleared. */
const unsetAction = {
  defaultVerificationMethod: null,
  verificationMethods: null,
  promptToEnrollVerificationMethods: null,
  messagingTemplates: null,
};

describe.each(databaseKinds)('on the %s database', (kind) => {
  test('9.1-1, 9.1-2: the acceptance steps of the Terraform provider get the responses in test/golden/terraform.http', async () => {
    const app = await testApp(kind);
    const tenant = await seedTerraformTenant(app);
    const { tell, call, text } = transcript({ ...app, tenant }, 'What Terraform asks');
    const ask = async (method: string, path: string, body?: unknown) => {
      await app.runtime.advance(1000);
      return call(method, `${base}${path}`, { key: tenant.managementKey, ...(body === undefined ? {} : { body }) });
    };
    /** An apply, and the read of the next plan: a difference between the two would be a plan that never settles. */
    const apply = async (method: string, path: string, body: object, readPath = path) => {
      const applied = await ask(method, path, body);
      expect(applied.status, applied.text).toBe(200);
      const read = await ask('GET', readPath);
      const { warnings: _said, ...resource } = applied.body as Record<string, unknown>;
      expect(read.body).toEqual(resource);
      return applied;
    };

    tell('Data sources read the seed.');
    await ask('GET', '/action-configurations/helloworld');
    await ask('GET', `/action-configurations/terraform-acc-tests/rules/${seededRuleId}`);
    await ask('GET', '/value-lists/hello-world-strings');
    await ask('GET', '/value-lists/hello-world-numbers');
    await ask('GET', `/custom-data-points/${seededDataPointId}`);
    await ask('GET', '/theme');
    // Not in the transcript: it is every sentence of the pages in every language.
    const catalogue = await app.call('GET', `${base}/message-overrides/catalog`, { key: tenant.managementKey });
    const points: readonly { readonly publicId: string; readonly maxLength: number }[] = catalogue.body.points;
    expect(catalogue.body.screens.length).toBeGreaterThan(0);
    expect(points.find(({ publicId }) => publicId === 'sms-code-entry.heading')?.maxLength).toBeGreaterThan(0);

    tell('An action configuration: create, update in place, delete.');
    const action = '/action-configurations/terraform-acceptance-test';
    await apply(
      'POST',
      '/action-configurations',
      { defaultUserActionResult: 'ALLOW', actionCode: 'terraform-acceptance-test' },
      action,
    );
    await apply('PATCH', action, { defaultUserActionResult: 'BLOCK', ...unsetAction });
    await ask('DELETE', action);
    await ask('GET', action);

    tell('Templates are replaced whole: only French is left.');
    const templates = '/action-configurations/terraform-acceptance-test-templates';
    await apply(
      'POST',
      '/action-configurations',
      {
        defaultUserActionResult: 'ALLOW',
        actionCode: 'terraform-acceptance-test-templates',
        messagingTemplates: { en: { defaultTemplate: 'hello world' } },
      },
      templates,
    );
    await apply('PATCH', templates, {
      defaultUserActionResult: 'ALLOW',
      ...unsetAction,
      messagingTemplates: { fr: { defaultTemplate: 'bonjour' } },
    });
    await ask('DELETE', templates);

    tell('Verification methods keep their order.');
    const methods = '/action-configurations/terraform-acceptance-test-verification-methods';
    await apply(
      'POST',
      '/action-configurations',
      {
        defaultUserActionResult: 'ALLOW',
        actionCode: 'terraform-acceptance-test-verification-methods',
        verificationMethods: ['EMAIL_OTP', 'EMAIL_MAGIC_LINK'],
        defaultVerificationMethod: 'EMAIL_MAGIC_LINK',
      },
      methods,
    );
    await apply('PATCH', methods, {
      defaultUserActionResult: 'ALLOW',
      ...unsetAction,
      verificationMethods: ['AUTHENTICATOR_APP', 'EMAIL_MAGIC_LINK'],
      defaultVerificationMethod: 'AUTHENTICATOR_APP',
    });
    await ask('DELETE', methods);

    tell('A rule. The priority of the seeded one is taken, though that is inactive.');
    const rules = '/action-configurations/terraform-acc-tests/rules';
    const rule = {
      name: 'create-rule-test',
      description: 'hello world',
      isActive: false,
      priority: 2,
      type: 'ALLOW',
      verificationMethods: ['AUTHENTICATOR_APP', 'EMAIL_MAGIC_LINK', 'EMAIL_OTP'],
      promptToEnrollVerificationMethods: ['PASSKEY'],
      defaultVerificationMethod: 'EMAIL_OTP',
      conditions,
    };
    await ask('POST', rules, { ...rule, priority: 1 });
    const created = await ask('POST', rules, rule);
    const rulePath = `${rules}/${created.body.ruleId as string}`;
    expect(created.text).toContain('"conditions":{"and":[{"==":[{"var":"ip.isAnonymous"},false]}]}');
    await apply('PATCH', rulePath, { ...rule, name: 'update-rule-test', priority: 3, type: 'CHALLENGE' });
    await ask('GET', rules);
    await ask('DELETE', rulePath);
    await ask('GET', rulePath);

    tell('Value lists. Another name is another list: the old one is deleted first.');
    for (const [kindOfItems, itemType, first, second, third] of [
      [
        'Strings',
        'string',
        ['terraform', 'acceptance', 'test'],
        ['updated', 'terraform', 'test'],
        ['foo', 'bar', 'baz'],
      ],
      ['Numbers', 'number', [1, 2, 3], [4, 5, 6], [7, 8, 9]],
    ] as const) {
      const name = `Terraform Acc Test ${kindOfItems}`;
      const path = `/value-lists/terraform-acc-test-${kindOfItems.toLowerCase()}`;
      await apply('POST', '/value-lists', { name, itemType, valueListItems: first, isActive: true }, path);
      await apply('PATCH', path, { valueListItems: second, isActive: false });
      await ask('DELETE', path);
      const renamed = { name: `${name} Updated`, itemType, valueListItems: third, isActive: false };
      await apply('POST', '/value-lists', renamed, `${path}-updated`);
      await ask('DELETE', `${path}-updated`);
    }

    tell('Custom data points. Another type is another point: the old one is deleted first.');
    for (const [modelType, name, before, after] of [
      ['action', 'Terraform_Acc_Test_Action_Model_Type', 'number', 'multiselect'],
      ['user', 'Terraform_Acc_Test_User_Model_Type', 'text', 'boolean'],
    ] as const) {
      for (const [dataType, description] of [
        [before, 'A test custom data point.'],
        [after, 'A test custom data point.!.!.!'],
      ] as const) {
        const point = await ask('POST', '/custom-data-points', { name, dataType, modelType, description });
        const path = `/custom-data-points/${point.body.id as string}`;
        expect((await ask('GET', path)).body).toEqual(point.body);
        await ask('DELETE', path);
      }
    }

    tell('The theme: padding of one axis after the other, and zero is a padding.');
    for (const padding of [
      { padding: 32, paddingHorizontal: null, paddingVertical: null },
      { padding: 32, paddingHorizontal: 24, paddingVertical: 48 },
      { padding: 32, paddingHorizontal: 0, paddingVertical: 48 },
      { padding: 32, paddingHorizontal: null, paddingVertical: 48 },
      { padding: 61, paddingHorizontal: null, paddingVertical: null },
    ]) {
      const sent = {
        ...theme,
        name: 'Management-API-Testing',
        container: { ...theme.container, ...padding },
        links: { underline: null },
        shadows: { enabled: null },
      };
      const answer = await app.call('PATCH', `${base}/theme`, { key: tenant.managementKey, body: sent });
      const set = Object.fromEntries(Object.entries(padding).filter(([, value]) => value !== null));
      const {
        paddingHorizontal: _across,
        paddingVertical: _down,
        ...container
      } = { ...sent.container, ...set } as Record<string, unknown>;
      expect(answer.body.container).toEqual({ ...container, ...set });
      expect(answer.body.links).toBeUndefined();
    }
    expect((await app.call('GET', `${base}/theme`, { key: tenant.managementKey })).body).toEqual({
      ...theme,
      name: 'Management-API-Testing',
    });
    await ask('PATCH', '/theme', { darkMode: { container: { exitPosition: 'bottom' } } });

    tell('Messages: a full replacement.');
    await apply('PATCH', '/message-overrides', {
      messageOverrides: { en: { 'sms-code-entry.heading': 'Enter your code' } },
    });
    await apply('PATCH', '/message-overrides', {
      messageOverrides: {
        en: { 'sms-code-entry.heading': 'Enter the code we sent you' },
        'pt-br': { 'sms-code-entry.heading': 'Insira seu código' },
      },
    });
    await apply('PATCH', '/message-overrides', { messageOverrides: {} });

    tell('Settings of the pre-built pages. One that is not set is left out, one that is off is false.');
    await ask('GET', '/tenant');
    await apply('PATCH', '/tenant', { hideSuccessScreenOnEnrollment: true });
    await apply('PATCH', '/tenant', { hideSuccessScreenOnEnrollment: false });
    await apply('PATCH', '/tenant', {});

    expectGolden('terraform.http', text());
    await app.close();
  });
});
