/** The tenant that the acceptance tests of the Terraform provider 3.3 run against (management-and-rules 9.1). */
import { createApiKey } from '../../src/storage/create-api-key.ts';
import { createTenant } from '../../src/storage/create-tenant.ts';
import { claimActionCode, recordActionConfiguration } from '../../src/storage/queries/action-configurations.ts';
import { recordCustomDataPoint } from '../../src/storage/queries/custom-data-points.ts';
import { recordRule } from '../../src/storage/queries/rules.ts';
import { recordTenantSettings } from '../../src/storage/queries/tenant-settings.ts';
import { publishConfig } from '../../src/storage/queries/tenants.ts';
import { recordValueList } from '../../src/storage/queries/value-lists.ts';
import type { TestApp, TestTenant } from '../../src/testkit/test-app.ts';

const tenantId = 'ec3910e7-ab32-479e-b58b-36a122631d58';
export const seededRuleId = '2568fe20-851d-40f6-9c17-448dc484174c';
export const seededDataPointId = '45930709-396e-440c-893e-8f67794dc345';

/** The colours in the acceptance tests: light, then dark. */
function colors(...values: readonly string[]) {
  const names =
    'buttonPrimaryText buttonPrimaryBorder buttonSecondaryText buttonSecondaryBackground buttonSecondaryBorder cardBackground cardBorder inputBackground inputBorder link headingText bodyText containerBackground containerBorder divider icon loader positive critical information hover focus';
  return Object.fromEntries(names.split(' ').map((name, index) => [name, values[index]]));
}

const assets = 'https://assets.example.com';

export const theme = {
  logoUrl: `${assets}/logo.jpg`,
  faviconUrl: `${assets}/favicon.jpg`,
  watermarkUrl: `${assets}/watermark.jpg`,
  primaryColor: '#121282',
  borders: {
    buttonBorderRadius: 4,
    buttonBorderWidth: 4,
    cardBorderRadius: 8,
    cardBorderWidth: 5,
    inputBorderRadius: 8,
    inputBorderWidth: 4,
    containerBorderRadius: 7,
  },
  colors: colors(
    ...'#7b5654 #9595dd #8e8ee2 #e88285 #6969cd #9c2b2d #7d98cd #c55e5d #83a1cd #3e568d #7373bd'.split(' '),
    ...'#bcbcf1 #a7767d #9a191d #6c8fd3 #5959ad #7474bd #85e5bd #c45f5d #3b62ad #1a5fed #8f82cd'.split(' '),
  ),
  pageBackground: { backgroundColor: '#427ab2', backgroundImageUrl: `${assets}/background.jpg` },
  container: {
    contentAlignment: 'right',
    padding: 61,
    logoAlignment: 'right',
    logoPosition: 'inside',
    logoHeight: 113,
  },
  darkMode: {
    logoUrl: `${assets}/logo.png`,
    faviconUrl: `${assets}/favicon.png`,
    watermarkUrl: `${assets}/watermark.jpg`,
    primaryColor: '#a7a7d7',
    borders: {
      buttonBorderRadius: 6,
      buttonBorderWidth: 6,
      cardBorderRadius: 3,
      cardBorderWidth: 4,
      inputBorderRadius: 2,
      inputBorderWidth: 1,
      containerBorderRadius: 5,
    },
    colors: colors(
      ...'#a2818a #8c8caa #7a7a9a #9f7a7b #7979aa #91555a #97a1ba #ac8b8a #6d747a #899bba #52526a'.split(' '),
      ...'#4040ba #723b3a #ec939a #8994aa #21215a #4d4d5a #4b585a #6a585a #686e7a #5f646a #55535a'.split(' '),
    ),
    pageBackground: { backgroundColor: '#89add1', backgroundImageUrl: `${assets}/background.png` },
    container: {
      contentAlignment: 'left',
      padding: 58,
      logoAlignment: 'right',
      logoPosition: 'outside',
      logoHeight: 99,
    },
  },
};

/** Creates that tenant with the ids that the tests name: the API itself would choose others. */
export async function seedTerraformTenant({ app, db, runtime }: TestApp): Promise<TestTenant> {
  const { seal } = app.context;
  const nowMs = runtime.clock.now();
  const keys = await db.transaction(async (sql) => {
    await createTenant(sql, { runtime, seal }, { tenantId, name: 'Management-API-Testing' });
    const server = await createApiKey(sql, { runtime, seal }, { tenantId, kind: 'server', name: 'test' });
    const management = await createApiKey(sql, { runtime, seal }, { tenantId, kind: 'management', name: 'test' });
    await recordTenantSettings(sql, tenantId, {
      name: 'Management-API-Testing',
      settings: {},
      theme,
      messageOverrides: {},
    });
    for (const [code, template] of [
      ['helloworld', 'hello world 123'],
      ['terraform-acc-tests', null],
    ] as const) {
      await claimActionCode(sql, tenantId, { actionCode: code, defaultResult: 'ALLOW' }, nowMs);
      const isHello = template !== null;
      await recordActionConfiguration(
        sql,
        tenantId,
        {
          actionCode: code,
          actionType: 'CLASSIC',
          defaultResult: 'ALLOW',
          verificationMethods: isHello ? ['EMAIL_OTP', 'AUTHENTICATOR_APP'] : null,
          promptToEnrollVerificationMethods: null,
          defaultVerificationMethod: isHello ? 'AUTHENTICATOR_APP' : null,
          minimumAssurance: null,
          messagingTemplates: isHello ? { en: { defaultTemplate: template } } : null,
          verificationWebhookUrl: null,
          rememberDevice: null,
          archivedAt: null,
          lastActionAt: null,
        },
        nowMs,
      );
    }
    await recordRule(
      sql,
      tenantId,
      {
        actionCode: 'terraform-acc-tests',
        ruleId: seededRuleId,
        name: 'data-source-test',
        description: 'hello world',
        isActive: false,
        priority: 1,
        type: 'CHALLENGE',
        conditions: '{"and":[{"==":[{"var":"ip.isAnonymous"},false]}]}',
        verificationMethods: ['EMAIL_OTP', 'EMAIL_MAGIC_LINK', 'AUTHENTICATOR_APP'],
        promptToEnrollVerificationMethods: ['PASSKEY'],
        defaultVerificationMethod: 'EMAIL_OTP',
        minimumAssurance: null,
      },
      nowMs,
    );
    await recordValueList(
      sql,
      tenantId,
      {
        alias: 'hello-world-strings',
        name: 'Hello World Strings',
        itemType: 'string',
        isActive: true,
        items: ['hello', 'world'],
      },
      nowMs,
    );
    await recordValueList(
      sql,
      tenantId,
      {
        alias: 'hello-world-numbers',
        name: 'Hello World Numbers',
        itemType: 'number',
        isActive: true,
        items: [123, 456, 789],
      },
      nowMs,
    );
    await recordCustomDataPoint(
      sql,
      tenantId,
      {
        dataPointId: seededDataPointId,
        name: 'Terraform_Data_Source_Testing',
        dataType: 'text',
        modelType: 'action',
        description: 'hello world',
        isPublic: false,
        linked: false,
      },
      nowMs,
    );
    await publishConfig(sql, tenantId);
    return { secretKey: server.key, managementKey: management.key };
  });
  await app.context.published.refresh();
  return { tenantId, ...keys };
}
