import { z } from 'zod';
import { json } from '../route.ts';
import { userParams } from '../server/users.ts';
import { managementRoute, nothing } from './management-route.ts';

const exportedRow = z
  .object({
    table: z
      .string()
      .describe(
        'The table that the row is in, as `docs/retention.md` lists them: `users`, `authenticators`, `recovery_codes`, `helps`, `devices`, `actions_by_month`, `reviews`, `user_marks`, `challenges`, `sessions`, `outbox`, `sent_messages`, `events`, `texts`, `contact_marks`, `guess_budgets` or `audit_events`.',
      ),
    row: z
      .record(z.string(), z.unknown())
      .describe('The row: its columns in camel case. Times are ISO 8601 in UTC. A column without a value is left out.'),
  })
  .meta({ id: 'ExportedRow' });

export const exportUser = managementRoute({
  id: 'exportUser',
  method: 'GET',
  path: '/users/:userId/export',
  title: 'Export what is known of a user',
  description:
    'Returns everything that is stored about one person, for a request of access or portability (GDPR Articles 15 and 20): an array with an object for each row, table by table. It is written while it is read, so it may be long, and what changes meanwhile may be in it or not.\n\nSecrets and what only serves to compare are left out: the seed of an authenticator app, hashes of recovery codes and cookies, tokens, and HMACs. So is what names no user. A user who does not exist is `not_found`. Before you hand it on, verify that you are speaking to that person.',
  group: 'support',
  params: userParams,
  body: nothing,
  reply: json(z.array(exportedRow)),
  example: {
    request: { params: { userId: 'alice' } },
    reply: [
      {
        table: 'users',
        row: {
          userId: 'alice',
          email: 'alice@example.com',
          emailVerified: true,
          createdAt: '2026-02-20T08:10:00.000Z',
          updatedAt: '2026-02-20T08:10:00.000Z',
        },
      },
      {
        table: 'devices',
        row: {
          deviceId: '7f0e0a2c-5b0f-4c5e-9f3e-0d7f2b1c8a55',
          name: 'My laptop',
          createdAt: '2026-02-20T08:10:00.000Z',
          authenticatedAt: '2026-03-01T09:30:41.500Z',
          lastVerificationMethod: 'PASSKEY',
        },
      },
    ],
  },
  refusals: ['not_found'],
  audit: null,
});
