import { z } from 'zod';
import { json } from '../route.ts';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { rememberDevices } from './remember-devices.ts';
import { answeredDemands, demands, success, tenantId, webhookUrl } from './values.ts';

const about = {
  actionCode: 'Code that your backend tracks the action with: 1 to 64 letters, digits, `_` and `-`. It never changes.',
  actionType:
    'What decides the action: `CLASSIC` for rules. `FLOW` is refused in this release. Default: `CLASSIC`. It never changes.',
  defaultUserActionResult: 'Outcome when no rule matches.',
  messagingTemplates:
    'What is confirmed, in your words, by language tag such as `en` or `fr-ca`: the pages show it during a challenge, and mails and texts with a code or link have it. A request replaces all languages. Absent: no message.',
  defaultTemplate:
    'The message as plain text, at most 1,000 characters. `{{action.name}}` and `{{user.name}}` stand for members of `custom` of the action and of the user. If one is missing, the message is not shown. In mails and texts no value becomes a link; a text that would be more than three messages long goes without it.',
  verificationWebhookUrl:
    'URL that is called, within 5 seconds, before a proof completes a challenge of the action; any answer but 2xx stops it. https, at most 2,048 characters, to a public address unless the operator permits another. Absent: nothing is called.',
  rememberDevices:
    'Whether the pages offer to remember the device after a challenge of this action. Absent: what the tenant says.',
};

// A code of another form cannot exist, so it is not found rather than refused.
export const actionParams = z.object({
  actionCode: v.opaqueId.describe('Code of the action. One that has no configuration gets 404.'),
});

// Terraform drops a resource on 404 and fails on anything else, so this API answers 404 for everything that was
// deleted.
const placeholder = /\{\{\s*(?:action|user)\.[^{}.]{1,64}\}\}/g;

const messagingTemplates = z.record(
  v.locale,
  closed({
    defaultTemplate: v
      .text(1000)
      .refine(
        (template) => !/\{\{|\}\}/.test(template.replace(placeholder, '')),
        'bad template: placeholders are written {{action.name}} or {{user.name}}.',
      )
      .describe(about.defaultTemplate),
  }),
);

const actionType = z.enum(['CLASSIC', 'FLOW']);
const members = {
  ...demands,
  messagingTemplates: messagingTemplates.nullish().describe(about.messagingTemplates),
  verificationWebhookUrl: webhookUrl.nullish().describe(about.verificationWebhookUrl),
  rememberDevices: rememberDevices.nullish().describe(about.rememberDevices),
};

const actionConfiguration = z
  .object({
    tenantId,
    actionCode: z.string().describe(about.actionCode),
    actionType: actionType.describe(about.actionType),
    defaultUserActionResult: v.outcome.describe(about.defaultUserActionResult),
    messagingTemplates: z
      .record(z.string(), z.object({ defaultTemplate: z.string().describe(about.defaultTemplate) }))
      .optional()
      .describe(about.messagingTemplates),
    verificationWebhookUrl: z.string().optional().describe(about.verificationWebhookUrl),
    rememberDevices: rememberDevices.optional().describe(about.rememberDevices),
    ...answeredDemands,
    lastActionCreatedAt: v.timestamp
      .optional()
      .describe('When an action with this code was last tracked. Absent until the first.'),
  })
  .meta({ id: 'ActionConfiguration' });

const answered = ['tenantId', 'lastActionCreatedAt', 'actionNodes', 'flowVersion'];

const exampleAction = {
  tenantId: 'ec3910e7-ab32-479e-b58b-36a122631d58',
  actionCode: 'withdraw-funds',
  actionType: 'CLASSIC',
  defaultUserActionResult: 'ALLOW',
  messagingTemplates: { en: { defaultTemplate: 'You are sending {{action.amount}} to {{action.payee}}.' } },
  verificationMethods: ['PASSKEY', 'EMAIL_OTP'],
  defaultVerificationMethod: 'PASSKEY',
  lastActionCreatedAt: '2026-03-01T09:30:00.000Z',
};
const { lastActionCreatedAt: _notYet, ...exampleNewAction } = exampleAction;

export const listActionConfigurations = managementRoute({
  id: 'listActionConfigurations',
  method: 'GET',
  path: '/action-configurations',
  title: 'List action configurations',
  description: 'Returns all action configurations, ordered by action code. Archived ones are left out.',
  group: 'action-configurations',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(actionConfiguration)),
  example: { reply: [exampleAction] },
  refusals: [],
  audit: null,
});

export const createActionConfiguration = managementRoute({
  id: 'createActionConfiguration',
  method: 'POST',
  path: '/action-configurations',
  title: 'Create an action configuration',
  description:
    'Prepares an action before you track it. A code that was archived is revived with its rules, and keeps what your request leaves out. A tenant can have 1,000 action configurations. Creating one that exists is `resource_already_exists`.',
  group: 'action-configurations',
  params: z.object({}),
  body: closed(
    {
      actionCode: v.actionCode.describe(about.actionCode),
      defaultUserActionResult: v.outcome.describe(about.defaultUserActionResult),
      actionType: actionType.nullish().describe(about.actionType),
      ...members,
    },
    answered,
  ),
  reply: json(actionConfiguration),
  example: {
    request: {
      body: {
        actionCode: 'withdraw-funds',
        defaultUserActionResult: 'ALLOW',
        messagingTemplates: { en: { defaultTemplate: 'You are sending {{action.amount}} to {{action.payee}}.' } },
        verificationMethods: ['PASSKEY', 'EMAIL_OTP'],
        defaultVerificationMethod: 'PASSKEY',
      },
    },
    reply: exampleNewAction,
  },
  refusals: ['invalid_configuration', 'resource_already_exists'],
  audit: 'action_configuration.created',
});

export const getActionConfiguration = managementRoute({
  id: 'getActionConfiguration',
  method: 'GET',
  path: '/action-configurations/:actionCode',
  title: 'Get an action configuration',
  description: 'Reads one action configuration. One that is archived, or was never created or tracked, is `not_found`.',
  group: 'action-configurations',
  params: actionParams,
  body: nothing,
  reply: json(actionConfiguration),
  example: { request: { params: { actionCode: 'withdraw-funds' } }, reply: exampleAction },
  refusals: ['not_found'],
  audit: null,
});

export const updateActionConfiguration = managementRoute({
  id: 'updateActionConfiguration',
  method: 'PATCH',
  path: '/action-configurations/:actionCode',
  title: 'Change an action configuration',
  description:
    'Changes the members that you send and keeps all others. Null clears a member. Messages are replaced in all languages at once. The code and the type cannot change.',
  group: 'action-configurations',
  params: actionParams,
  body: closed(
    {
      actionCode: v.actionCode.optional().describe('The code as it is: another value is refused.'),
      actionType: actionType.optional().describe('The type as it is: another value is refused.'),
      defaultUserActionResult: v.outcome.optional().describe(about.defaultUserActionResult),
      ...members,
    },
    answered,
  ),
  reply: json(actionConfiguration),
  example: {
    request: {
      params: { actionCode: 'withdraw-funds' },
      body: { defaultUserActionResult: 'CHALLENGE', minimumAssurance: 'medium', defaultVerificationMethod: null },
    },
    reply: {
      tenantId: exampleAction.tenantId,
      actionCode: 'withdraw-funds',
      actionType: 'CLASSIC',
      defaultUserActionResult: 'CHALLENGE',
      messagingTemplates: exampleAction.messagingTemplates,
      verificationMethods: ['PASSKEY', 'EMAIL_OTP'],
      minimumAssurance: 'medium',
      lastActionCreatedAt: exampleAction.lastActionCreatedAt,
    },
  },
  refusals: ['not_found', 'invalid_configuration'],
  audit: 'action_configuration.updated',
});

export const archiveActionConfiguration = managementRoute({
  id: 'archiveActionConfiguration',
  method: 'DELETE',
  path: '/action-configurations/:actionCode',
  title: 'Archive an action configuration',
  description:
    'Removes an action configuration and its rules from use. Both are kept: creating the same code again brings them back.',
  group: 'action-configurations',
  params: actionParams,
  body: nothing,
  reply: json(success),
  example: { request: { params: { actionCode: 'withdraw-funds' } }, reply: { success: true } },
  refusals: ['not_found'],
  audit: 'action_configuration.archived',
});
