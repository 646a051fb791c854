import { z } from 'zod';
import { jsonText } from '../json-text.ts';
import * as v from '../values.ts';
import { actionParams } from './action-configurations.ts';
import { closed } from './closed.ts';
import { managementRoute, nothing } from './management-route.ts';
import { answeredDemands, demands, displayName, success } from './values.ts';

const ruleParams = actionParams.extend({ ruleId: v.opaqueId });

const priority = z.int().min(0).max(99);
const members = {
  description: v.text(4096).nullish(),
  // What it may say is checked by the rules engine, which names the place of a mistake.
  conditions: jsonText.nullish(),
  ...demands,
};

const rule = z
  .object({
    tenantId: z.string(),
    actionCode: z.string(),
    ruleId: z.string(),
    name: z.string(),
    description: z.string().optional(),
    isActive: z.boolean(),
    priority: z.int(),
    type: v.outcome,
    conditions: z.unknown().optional().meta({ type: 'object', description: 'JsonLogic, exactly as it was sent.' }),
    ...answeredDemands,
  })
  .meta({ id: 'Rule' });

const savedRule = z
  .object({
    ...rule.shape,
    warnings: z
      .array(z.object({ code: z.string(), place: z.string().optional(), message: z.string() }))
      .optional()
      .meta({ description: 'What is allowed but hardly meant; left out when there is nothing to say.' }),
  })
  .meta({ id: 'SavedRule' });

const answered = ['tenantId', 'actionCode', 'ruleId', 'warnings'];

export const listRules = managementRoute({
  id: 'listRules',
  method: 'GET',
  path: '/action-configurations/:actionCode/rules',
  summary: 'Lists the rules of an action by priority.',
  params: actionParams,
  body: nothing,
  reply: z.array(rule),
  exact: ['conditions'],
  refusals: ['not_found'],
  audit: null,
});

export const createRule = managementRoute({
  id: 'createRule',
  method: 'POST',
  path: '/action-configurations/:actionCode/rules',
  summary: 'Creates a rule. Without conditions it always matches.',
  params: actionParams,
  body: closed({ name: displayName, isActive: z.boolean(), priority, type: v.outcome, ...members }, answered),
  reply: savedRule,
  exact: ['conditions'],
  refusals: ['not_found'],
  audit: 'rule.created',
});

export const getRule = managementRoute({
  id: 'getRule',
  method: 'GET',
  path: '/action-configurations/:actionCode/rules/:ruleId',
  summary: 'Reads a rule.',
  params: ruleParams,
  body: nothing,
  reply: rule,
  exact: ['conditions'],
  refusals: ['not_found'],
  audit: null,
});

export const updateRule = managementRoute({
  id: 'updateRule',
  method: 'PATCH',
  path: '/action-configurations/:actionCode/rules/:ruleId',
  summary: 'Changes a rule. A member left out stays; null clears it; conditions are replaced whole.',
  params: ruleParams,
  body: closed(
    {
      name: displayName.optional(),
      isActive: z.boolean().optional(),
      priority: priority.optional(),
      type: v.outcome.optional(),
      ...members,
    },
    answered,
  ),
  reply: savedRule,
  exact: ['conditions'],
  refusals: ['not_found'],
  audit: 'rule.updated',
});

export const deleteRule = managementRoute({
  id: 'deleteRule',
  method: 'DELETE',
  path: '/action-configurations/:actionCode/rules/:ruleId',
  summary: 'Deletes a rule. Decisions that it took part in keep what it said.',
  params: ruleParams,
  body: nothing,
  reply: success,
  refusals: ['not_found'],
  audit: 'rule.deleted',
});
