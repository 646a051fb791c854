import { z } from 'zod';
import { json, noContent } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import { displayName } from '../management/values.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';
import { role } from './session.ts';

const operatorParams = z.object({ operatorId: v.opaqueId.describe('Id of the operator.') });
const roles = z.array(role).min(1).max(6).describe('Roles in this tenant, at least one; several add up.');

const member = z
  .object({
    operatorId: z.string().describe('Id of the operator.'),
    email: z.string().describe('Email address.'),
    name: z.string().describe('Name, as colleagues see it.'),
    roles: z.array(z.string()).describe('Roles in this tenant.'),
    createdAt: v.timestamp.describe('Since when they may come in to this tenant.'),
    isActive: z.boolean().describe('Whether they have come in. Before that they are only invited.'),
    invitedUntil: v.timestamp
      .optional()
      .describe('Until when their open invitation can be redeemed; absent if there is none.'),
    seenAt: v.timestamp
      .optional()
      .describe('When they last did something, to the minute; absent if no session of theirs is kept.'),
  })
  .meta({ id: 'TeamMember' });

const exampleMember = {
  operatorId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03',
  email: 'ada@bank.example',
  name: 'Ada',
  roles: ['ANALYST', 'SUPPORT'],
  createdAt: '2026-03-01T09:30:00.000Z',
  isActive: true,
};
const exampleParams = { operatorId: exampleMember.operatorId };

export const listMembers = portalRoute({
  id: 'listMembers',
  method: 'GET',
  path: '/members',
  title: 'List the team',
  description: 'Everyone who may come in to the tenant, by email address.',
  group: 'team',
  params: z.object({}),
  body: nothing,
  reply: json(z.array(member)),
  example: { reply: [exampleMember] },
  permission: 'team:read',
  refusals: [],
  audit: null,
});

export const inviteMember = portalRoute({
  id: 'inviteMember',
  method: 'POST',
  path: '/members',
  title: 'Invite an operator',
  description:
    'Lets somebody come in to the tenant. Who is not an operator yet gets a link by mail that lives one hour and works once; inviting them again makes a new one, and the one before no longer works. An operator of another tenant may come in at once, with what they sign in with already. A tenant can have 200 members.',
  group: 'team',
  params: z.object({}),
  body: closed({
    email: v.email.describe('Where the link is sent.'),
    name: displayName.describe('Name, as colleagues see it.'),
    roles,
  }),
  reply: json(member),
  example: {
    request: { body: { email: 'ada@bank.example', name: 'Ada', roles: ['ANALYST', 'SUPPORT'] } },
    reply: { ...exampleMember, isActive: false, invitedUntil: '2026-03-01T10:30:00.000Z' },
  },
  permission: 'team:change',
  isDangerous: true,
  refusals: ['resource_already_exists', 'delivery_failed'],
  audit: 'operator.invited',
});

export const updateMember = portalRoute({
  id: 'updateMember',
  method: 'PATCH',
  path: '/members/:operatorId',
  title: 'Change the roles of a member',
  description:
    'Replaces the roles, which counts at once for all of their sessions. The last admin of a tenant keeps that role: `conflict`.',
  group: 'team',
  params: operatorParams,
  body: closed({ roles }),
  reply: json(member),
  example: {
    request: { params: exampleParams, body: { roles: ['ANALYST'] } },
    reply: { ...exampleMember, roles: ['ANALYST'] },
  },
  permission: 'team:change',
  isDangerous: true,
  refusals: ['not_found', 'conflict'],
  audit: 'operator.roles_changed',
});

export const removeMember = portalRoute({
  id: 'removeMember',
  method: 'DELETE',
  path: '/members/:operatorId',
  title: 'Remove a member',
  description:
    'From now on they may not come in to this tenant. If it was their only one, their sessions end and an open invitation no longer works. The last admin cannot be removed: `conflict`.',
  group: 'team',
  params: operatorParams,
  body: nothing,
  reply: noContent,
  example: { request: { params: exampleParams } },
  permission: 'team:change',
  isDangerous: true,
  refusals: ['not_found', 'conflict'],
  audit: 'operator.removed',
});
