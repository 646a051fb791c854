import { z } from 'zod';
import { json } from '../route.ts';
import { nothing } from '../management/management-route.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

const finding = z
  .object({
    area: z.string().describe('What it is about, in a word or two.'),
    state: z
      .enum(['ok', 'warning', 'fault'])
      .describe('`warning`: it is to be looked at. `fault`: something does not work.'),
    text: z.string().describe('What is so.'),
    at: v.timestamp.optional().describe('When it last was so, or since when it is. Absent: no time belongs to it.'),
    fix: z.string().optional().describe('What to do. Absent: nothing.'),
    place: z
      .string()
      .optional()
      .describe('Page of the portal where it is put right, within the tenant. Absent: there is none.'),
  })
  .meta({ id: 'HealthFinding' });

const job = z
  .object({
    name: z.string().describe('Name of the job, as `sallyport jobs` prints it.'),
    everySeconds: z.number().describe('How often it is due.'),
    state: z
      .enum(['fine', 'running', 'new', 'late', 'failed'])
      .describe('`new`: it has never ended. `late`: due for a minute while no node has it. `failed`: its last run.'),
    startedAt: v.timestamp.optional().describe('When it last started, on any node. Absent: never.'),
    endedAt: v.timestamp.optional().describe('When it last ended. Absent: never.'),
  })
  .meta({ id: 'JobHealth' });

export const getHealth = portalRoute({
  id: 'getHealth',
  method: 'GET',
  path: '/health',
  title: 'Say what is well and what is not',
  description:
    'How the tenant is served: methods that nobody can use, messages that providers did not take, endpoints, notices and deletions that wait, alerts, data files. Admins of the tenant that was made first, which is that of whoever runs the server, see the installation as well: nodes, jobs, what waits, the months ahead, providers. Each line that is not well says what to do.',
  group: 'portal-configuration',
  params: z.object({}),
  body: nothing,
  reply: json(
    z.object({
      checkedAt: v.timestamp.describe('When this was so.'),
      tenant: z.array(finding).describe('Of this tenant.'),
      installation: z
        .object({
          version: z
            .string()
            .optional()
            .describe('Version of the server. Absent: the database did not answer in time, as `findings` says.'),
          database: z.string().optional().describe('Kind and version of its database. Absent: as `version`.'),
          findings: z.array(finding).describe('Of all tenants together, and of the node that answers.'),
          jobs: z.array(job).describe('The jobs of all nodes, by name.'),
        })
        .optional()
        .describe('Absent: the operator is no admin of the first tenant.'),
    }),
  ),
  example: {
    reply: {
      checkedAt: '2026-03-02T08:00:00.000Z',
      tenant: [
        {
          area: 'events',
          state: 'fault',
          text: 'hooks.bank.example: paused because it failed for too long; 12 events wait.',
          at: '2026-03-01T22:10:00.000Z',
          fix: 'Put the endpoint right, send a test event, and resume it.',
          place: '/settings/endpoints/0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03',
        },
      ],
    },
  },
  permission: 'configuration:read',
  refusals: [],
  audit: null,
});
