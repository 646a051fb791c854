import { z } from 'zod';
import * as v from '../values.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { answeredDemands, demands, success, webhookUrl } from './values.ts';

// What does not have the form of a code names nothing, so it is not found rather than refused.
export const actionParams = z.object({ actionCode: v.opaqueId });

// Terraform drops a resource when it is told 404 and fails on anything else, so this API answers 404 for what is gone.
const placeholder = /\{\{\s*(?:action|user)\.[^{}.]{1,64}\}\}/g;

const messagingTemplates = z.record(
  v.locale,
  closed({
    defaultTemplate: v
      .text(1000)
      .refine(
        (template) => !/\{\{|\}\}/.test(template.replace(placeholder, '')),
        'bad template: placeholders are written {{action.name}} or {{user.name}}.',
      ),
  }),
);

const members = {
  ...demands,
  messagingTemplates: messagingTemplates.nullish(),
  verificationWebhookUrl: webhookUrl.nullish(),
};

const actionConfiguration = z
  .object({
    tenantId: z.string(),
    actionCode: z.string(),
    actionType: z.enum(['CLASSIC', 'FLOW']),
    defaultUserActionResult: v.outcome,
    messagingTemplates: z.record(z.string(), z.object({ defaultTemplate: z.string() })).optional(),
    verificationWebhookUrl: z.string().optional(),
    ...answeredDemands,
    lastActionCreatedAt: v.timestamp.optional(),
  })
  .meta({ id: 'ActionConfiguration' });

const answered = ['tenantId', 'lastActionCreatedAt', 'actionNodes', 'flowVersion'];

export const listActionConfigurations = managementRoute({
  id: 'listActionConfigurations',
  method: 'GET',
  path: '/action-configurations',
  summary: 'Lists the action configurations by action code. Archived ones are left out.',
  params: z.object({}),
  body: nothing,
  reply: z.array(actionConfiguration),
  refusals: [],
  audit: null,
});

export const createActionConfiguration = managementRoute({
  id: 'createActionConfiguration',
  method: 'POST',
  path: '/action-configurations',
  summary: 'Creates an action configuration, or revives an archived one: what the request leaves out is as it was.',
  params: z.object({}),
  body: closed(
    {
      actionCode: v.actionCode,
      defaultUserActionResult: v.outcome,
      actionType: z.enum(['CLASSIC', 'FLOW']).nullish(),
      ...members,
    },
    answered,
  ),
  reply: actionConfiguration,
  refusals: ['invalid_configuration', 'resource_already_exists'],
  audit: 'action_configuration.created',
});

export const getActionConfiguration = managementRoute({
  id: 'getActionConfiguration',
  method: 'GET',
  path: '/action-configurations/:actionCode',
  summary: 'Reads an action configuration.',
  params: actionParams,
  body: nothing,
  reply: actionConfiguration,
  refusals: ['not_found'],
  audit: null,
});

export const updateActionConfiguration = managementRoute({
  id: 'updateActionConfiguration',
  method: 'PATCH',
  path: '/action-configurations/:actionCode',
  summary: 'Changes an action configuration. A member left out stays; null clears it.',
  params: actionParams,
  body: closed(
    {
      actionCode: v.actionCode.optional(),
      actionType: z.enum(['CLASSIC', 'FLOW']).optional(),
      defaultUserActionResult: v.outcome.optional(),
      ...members,
    },
    answered,
  ),
  reply: actionConfiguration,
  refusals: ['not_found', 'invalid_configuration'],
  audit: 'action_configuration.updated',
});

export const archiveActionConfiguration = managementRoute({
  id: 'archiveActionConfiguration',
  method: 'DELETE',
  path: '/action-configurations/:actionCode',
  summary: 'Archives an action configuration with its rules. Creating the same code again brings both back.',
  params: actionParams,
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'action_configuration.archived',
});
