import { z } from 'zod';
import { json, noContent } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import { displayName } from '../management/values.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

const use = z
  .object({
    actionCode: z.string().describe('Action that the rule belongs to.'),
    ruleId: z.string().describe('Id of the rule.'),
    name: z.string().describe('Name of the rule.'),
    isActive: z.boolean().describe('Whether the rule decides.'),
    lists: z.array(z.string()).describe('Aliases of the value lists that it reads, whether they exist or not.'),
    dataPoints: z
      .array(z.string())
      .describe('Names of the members of `custom` that it reads, of the action or of the user, declared or not.'),
  })
  .meta({ id: 'RuleUse' });

export const listRuleUses = portalRoute({
  id: 'listRuleUses',
  method: 'GET',
  path: '/rule-uses',
  title: 'List what rules read',
  description:
    'Every rule that reads value lists or members of `custom`, with their names, by action and priority: what a change of a list or of a data point can change.',
  group: 'portal-configuration',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(use)),
  example: {
    reply: [
      {
        actionCode: 'withdrawFunds',
        ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11',
        name: 'Large withdrawal to a blocked country',
        isActive: true,
        lists: ['blocked-countries'],
        dataPoints: ['amount'],
      },
    ],
  },
  permission: 'configuration:read',
  refusals: [],
  audit: null,
});

const kind = z
  .enum(['server', 'management'])
  .describe('`server` for the API of your backend, which also signs webhooks; `management` for the management API.');
const name = displayName.describe('What it is for: 1 to 256 characters without control characters.');
const keyMembers = {
  keyId: z.string().describe('Id of the key, which is not secret.'),
  kind,
  name: z.string().describe('What it is for.'),
  createdAt: v.timestamp.describe('When it was made.'),
  expiresAt: v.timestamp.optional().describe('When it ends by itself. Absent: it does not.'),
  revokedAt: v.timestamp.optional().describe('When it was revoked. Absent: it was not.'),
  lastUsedAt: v.timestamp
    .optional()
    .describe('When it was last used, to the minute. Absent: never, or it is a server key, of which this is not kept.'),
};
const apiKey = z.object(keyMembers).meta({ id: 'ApiKey' });

const exampleKey = {
  keyId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03',
  kind: 'management' as const,
  name: 'Terraform',
  createdAt: '2026-03-01T09:30:00.000Z',
  expiresAt: '2026-05-30T09:30:00.000Z',
};

export const listApiKeys = portalRoute({
  id: 'listApiKeys',
  method: 'GET',
  path: '/api-keys',
  title: 'List API keys',
  description: 'Every key that the tenant has or had, oldest first, without the keys themselves.',
  group: 'portal-configuration',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(apiKey)),
  example: { reply: [{ ...exampleKey, lastUsedAt: '2026-03-02T08:00:00.000Z' }] },
  permission: 'keys:read',
  refusals: [],
  audit: null,
});

export const createApiKey = portalRoute({
  id: 'createApiKey',
  method: 'POST',
  path: '/api-keys',
  title: 'Make an API key',
  description:
    'Makes a key and answers it once: only its digest is kept, and of a server key what signs webhooks. The other admins are told by mail. A tenant can have 50 active keys.',
  group: 'portal-configuration',
  params: z.object({}),
  body: closed({
    kind,
    name,
    expiresInDays: z
      .int()
      .min(1)
      .max(3650)
      .nullish()
      .describe('After how many days it ends by itself: 1 to 3,650. Absent: never.'),
  }),
  reply: json(z.object({ ...keyMembers, key: z.string().describe('The key itself. It is not shown again.') })),
  example: {
    request: { body: { kind: 'management', name: 'Terraform', expiresInDays: 90 } },
    reply: { ...exampleKey, key: 'sp_management_q1Vx0oRkq0l4v9Y3o3r7mJv2m7Jt2l5y8ZcQ1dT9w0A' },
  },
  permission: 'keys:change',
  isDangerous: true,
  refusals: [],
  audit: 'api_key.created',
});

export const revokeApiKey = portalRoute({
  id: 'revokeApiKey',
  method: 'DELETE',
  path: '/api-keys/:keyId',
  title: 'Revoke an API key',
  description:
    'The key works no more: at once on the node that is asked, within seconds on all. Webhooks are no longer signed with it. The other admins are told by mail. One that is revoked already is `not_found`.',
  group: 'portal-configuration',
  params: z.object({ keyId: v.opaqueId.describe('Id of the key.') }),
  body: nothing,
  reply: noContent,
  example: { request: { params: { keyId: exampleKey.keyId } } },
  permission: 'keys:change',
  isDangerous: true,
  refusals: ['not_found'],
  audit: 'api_key.revoked',
});

/** What ids of test users begin with. */
export const testUserPrefix = 'portal-test-';

export const trackTestAction = portalRoute({
  id: 'trackTestAction',
  method: 'POST',
  path: '/test-actions',
  title: 'Track a test action',
  description: `Tracks a real action, as a backend does, of a user whose id begins with \`${testUserPrefix}\`: it is decided by the live rules, counted and shown among the others. Its \`url\` opens the pages as that user, so no other user can be tracked here.`,
  group: 'portal-configuration',
  params: z.object({}),
  body: closed({
    actionCode: v.actionCode.describe('Action to track. One that is unknown is created, as by a backend.'),
    userId: v.userId.describe(`User to track it for; the id begins with \`${testUserPrefix}\`.`),
    email: v.email
      .nullish()
      .describe('Email address of the test user, which replaces the stored one. Absent: as it is.'),
    deviceId: v.deviceId.nullish().describe('Device of the user. Absent: it counts as new.'),
    userAgent: v.text(4096).nullish().describe('`User-Agent` of the user’s browser. Absent: unknown.'),
    ipAddress: v.text(256).nullish().describe('IP address of the user. Absent: unknown.'),
    locale: v.locale.nullish().describe('Language of the pages. Absent: that of the browser.'),
    custom: v.custom.nullish().describe('Data of the action, which rules read as `custom.…`. Absent: none.'),
  }),
  reply: json(
    z.object({
      actionId: z.string().describe('Id of the action.'),
      state: v.userActionState,
      url: z
        .string()
        .describe('The pages that challenge the test user, or enrol them. It lives as long as the token in it.'),
      isEnrolled: z.boolean().describe('Whether the test user has an authenticator.'),
      enrolledVerificationMethods: z.array(v.verificationMethod).describe('The methods of their authenticators.'),
      allowedVerificationMethods: z.array(v.verificationMethod).describe('The methods that can pass this challenge.'),
      rules: z
        .array(
          z.object({
            ruleId: z.string().describe('Id of the rule.'),
            name: z.string().describe('Name of the rule.'),
          }),
        )
        .describe('The rules that matched, by priority.'),
    }),
  ),
  example: {
    request: {
      body: {
        actionCode: 'withdrawFunds',
        userId: `${testUserPrefix}ada`,
        email: 'ada@bank.example',
        ipAddress: '203.0.113.7',
        custom: { amount: 18450 },
      },
    },
    reply: {
      actionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03',
      state: 'CHALLENGE_REQUIRED',
      url: 'https://sallyport.example/challenge?token=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl',
      isEnrolled: false,
      enrolledVerificationMethods: [],
      allowedVerificationMethods: ['EMAIL_OTP', 'PASSKEY'],
      rules: [{ ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11', name: 'Large withdrawal' }],
    },
  },
  permission: 'configuration:change',
  refusals: ['AUTHENTICATOR_NOT_FOUND'],
  audit: 'test_action.tracked',
});
