import { z } from 'zod';
import { json } from '../route.ts';
import { closed } from '../management/closed.ts';
import { environment } from '../management/tenant.ts';
import { displayName } from '../management/values.ts';
import { portalRoute } from './portal-route.ts';

/** Tenants that an operator may make in a day. */
export const tenantsMadeMax = 10;

export const createTenant = portalRoute({
  id: 'createTenant',
  method: 'POST',
  path: '/tenants',
  title: 'Create a tenant',
  description: `Makes a tenant of its own, with a server key and a management key, which are not shown again. Nothing is taken from the tenant that the header names; it says where the operator is an admin. They become the first admin of the new one. An operator can make ${tenantsMadeMax} in 24 hours: \`too_many_requests\`.`,
  group: 'team',
  params: z.object({}),
  body: closed({
    name: displayName.describe(
      'Name that users see on the pages and in mail, 1 to 256 characters without control characters.',
    ),
    environment: environment.optional(),
  }),
  reply: json(
    z
      .object({
        tenantId: z.string().describe('Id of the tenant, which the SDKs for browsers and apps need. Not a secret.'),
        name: z.string().describe('Its name.'),
        secretKey: z.string().describe('The server key, for your backend. It is not shown again.'),
        managementKey: z.string().describe('The management key, for tools such as Terraform. It is not shown again.'),
      })
      .meta({ id: 'NewTenant' }),
  ),
  example: {
    request: { body: { name: 'Bank (test)', environment: 'TEST' } },
    reply: {
      tenantId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d1',
      name: 'Bank (test)',
      secretKey: 'sp_server_q1Vx0oRkq0l4v9Y3o3r7mJv2m7Jt2l5y8ZcQ1dT9w0A',
      managementKey: 'sp_management_b2Wy1pSlr1m5w0Z4p4s8nKw3n8Ku3m6z9AdR2eU0x1B',
    },
  },
  permission: 'tenants:create',
  isDangerous: true,
  refusals: [],
  audit: 'tenant.created',
});
