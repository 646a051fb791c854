import { z } from 'zod';
import { json } from '../route.ts';
import { closed } from '../management/closed.ts';
import { environment } from '../management/tenant.ts';
import { displayName } from '../management/values.ts';
import { portalRoute } from './portal-route.ts';

/** Tenants that an operator may make in a day. */
export const tenantsMadeMax = 10;

const copied = z
  .object({
    actions: z.int().describe('Actions.'),
    rules: z.int().describe('Rules of them.'),
    lists: z.int().describe('Value lists.'),
    dataPoints: z.int().describe('Data points.'),
    methods: z.int().describe('Methods.'),
    alerts: z.int().describe('Alerts, which are mailed to the operator who has made the tenant.'),
    endpoints: z.int().describe('Event endpoints, which are paused.'),
    withoutCredentials: z
      .array(
        z.object({
          verificationMethod: z.string().describe('The method.'),
          credentials: z.array(z.string()).describe('Names of the settings.'),
        }),
      )
      .describe(
        'Methods of which settings have to be entered again: credentials, `webhookUrl`, and the `emailProvider` SES, for which the account of this server can stand in.',
      ),
    switchedOff: z
      .array(z.string())
      .describe(
        'Methods that are off in the copy because of that, so that nothing is sent by the account of the other tenant. Switch each on when its settings are complete.',
      ),
  })
  .meta({ id: 'CopiedConfiguration' });

export const createTenant = portalRoute({
  id: 'createTenant',
  method: 'POST',
  path: '/tenants',
  title: 'Create a tenant',
  description: `Makes a tenant of its own, with a server key and a management key, which are not shown again. The tenant that the header names is where the operator is an admin; with \`copy\` the new one begins with its configuration, all or nothing. They become the first admin of the new one. An operator can make ${tenantsMadeMax} in 24 hours: \`too_many_requests\`.`,
  group: 'team',
  params: z.object({}),
  body: closed({
    name: displayName.describe(
      'Name that users see on the pages and in mail, 1 to 256 characters without control characters.',
    ),
    environment: environment.optional(),
    copy: closed({
      listItems: z.boolean().describe('Whether value lists are copied with their items, which can name people.'),
    })
      .nullish()
      .describe(
        'Begins with what decides and what users see in the tenant that the header names: settings, actions with rules, value lists, data points, methods, texts, theme, alerts, event endpoints. Credentials, webhook URLs and numbers that are always served are left out, methods that lack such settings are off, endpoints are paused, and alerts are mailed to the operator. No user, key, member or client is copied. At most 3,000 rules, and 64 MiB of rules and copied lists. Absent: begins empty.',
      ),
  }),
  reply: json(
    z
      .object({
        tenantId: z.string().describe('Id of the tenant, which the SDKs for browsers and apps need. Not a secret.'),
        name: z.string().describe('Its name.'),
        secretKey: z.string().describe('The server key, for your backend. It is not shown again.'),
        copied: copied.optional().describe('What was copied. Absent: nothing.'),
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
